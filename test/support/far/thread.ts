import { parentPort } from 'node:worker_threads'
import * as zerowire from 'zerowire'
import { factoryOf } from './far.js'
import { obeying } from './obey.js'
import type { Command } from './protocol.js'

/** A thread of far ends, which does what its parent tells it to. */

const obey = obeying({ zerowire: factoryOf(zerowire) }, (outcome) => {
  parentPort?.postMessage(outcome)
})

parentPort?.on('message', (message) => {
  obey(message as Command)
})
