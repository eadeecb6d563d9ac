import { message } from '../message.js'
import type { Pattern } from './pattern.js'

/** A server with so many keys in one process; in the other a client, from nothing to the whole map. */
export const clone: Pattern = {
  name: 'clone-snapshot',
  title: 'Clone, a snapshot of 100,000 keys',
  figure: 'duration',
  size: 64,
  count: 100_000,
  goals: [{ figure: 'duration', most: 2 }],
  plays: {
    async binds({ task, bound }) {
      const { CloneServer } = await import('zerowire/patterns/clone')
      const server = new CloneServer()
      const { snapshot } = await server.bind(task.endpoint)
      const value = message(task)
      for (let at = 0; at < task.count; at++) server.set(`/key/${at}`, value[0] ?? null)
      bound(snapshot)
      return undefined
    },

    async connects({ task }) {
      const { CloneClient } = await import('zerowire/patterns/clone')
      const began = performance.now()
      const client = new CloneClient([task.endpoint])
      await client.synchronized
      const duration = (performance.now() - began) / 1000
      let bytes = 0
      for (const [, value] of client) bytes += value.length
      return { messages: client.size, bytes, figures: { duration } }
    },
  },
}
