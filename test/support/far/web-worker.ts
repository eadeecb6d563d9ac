import * as zerowire from 'zerowire'
import { shareInproc } from 'zerowire/workers'
import { factoryOf } from './far.js'
import { obeying } from './obey.js'
import type { Command } from './protocol.js'

/** A worker of far ends, which does what its page tells it to. */

shareInproc(globalThis)

const obey = obeying({ zerowire: factoryOf(zerowire) }, (outcome) => {
  postMessage(outcome)
})

globalThis.onmessage = ({ data }: MessageEvent<Command>) => {
  obey(data)
}
