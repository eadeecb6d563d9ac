/**
 * A broker that serves until it is killed, from the moment it is told to. Its disk is slow, so that
 * many are killed before or after a write, and while others wait for it. Arguments: directory,
 * endpoint.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { LevelStore, type Store } from '../../../store/index.js'
import { QueueBroker } from '../../index.js'
import { cues } from '../cues.js'

const [directory = '', endpoint = ''] = process.argv.slice(2)
await cues().next()
const store = await LevelStore.open(directory)
const slow: Store = {
  get: (key) => store.get(key),
  range: (from, to, options) => store.range(from, to, options),
  async write(changes) {
    await pause(Math.random() * 5)
    await store.write(changes)
    await pause(Math.random() * 5)
  },
  close: () => store.close(),
  [Symbol.asyncDispose]: () => store.close(),
}
const broker = await QueueBroker.open({ store: slow, heartbeat: 200, tick: 20 })
await broker.bind(endpoint)
console.log('ready')
await broker.ended
