import { message } from '../message.js'
import { Meter } from '../meter.js'
import type { Pattern } from './pattern.js'

const SERVICE = 'echo'
const WORKERS = 4

/** Requests under way: enough for every worker to have one, and for others to wait. */
const IN_FLIGHT = 100

/** A broker in one process; in the other its workers, which answer at once, and a client. */
export const majordomo: Pattern = {
  name: 'majordomo',
  title: `Majordomo, requests through ${WORKERS} workers, ${IN_FLIGHT} in flight`,
  count: 200_000,
  goals: [{ figure: 'rate', least: 30_000 }],
  plays: {
    async binds({ task, bound }) {
      const { Broker } = await import('zerowire/patterns/majordomo')
      const broker = new Broker()
      bound(await broker.bind(task.endpoint))
      return undefined
    },

    async connects({ task }) {
      const { AsyncClient, Worker } = await import('zerowire/patterns/majordomo')
      const client = new AsyncClient(task.endpoint)
      for (let i = 0; i < WORKERS; i++) new Worker(task.endpoint, SERVICE, (request) => request)
      const body = message(task)
      let asked = 0
      for (; asked < Math.min(IN_FLIGHT, task.count); asked++) await client.send(SERVICE, body)
      const meter = new Meter(task.count)
      for await (const reply of client) {
        if (meter.count(reply.body)) break
        if (asked++ < task.count) await client.send(SERVICE, body)
      }
      return meter.outcome()
    },
  },
}
