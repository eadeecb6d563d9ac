/** A server of a log in a directory, where it was before. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { LogServer } from 'zerowire/patterns/log'
import { LevelStore } from 'zerowire/patterns/store'

const [, , directory = '', address = '', tail = ''] = process.argv

/** The system may take a while to notice that the one before is gone. */
async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      const { code } = error as { code?: unknown }
      if (code !== 'EADDRINUSE' && code !== 'EBUSY') throw error
      await nextTurn()
    }
  }
}

const store = await again(() => LevelStore.open(directory))
const topics = { work: { partitions: 4, segmentBytes: 10_000 } }
const server = await LogServer.open(store, { topics, interval: 100 })
const at = await again(() => server.bind(address))
console.log(`${at} ${await again(() => server.bindTail(tail))}`)
