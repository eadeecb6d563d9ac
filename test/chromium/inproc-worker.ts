import * as library from 'zerowire'
import { transfer } from 'zerowire/extra'
import { shareInproc } from 'zerowire/workers'
import { nextTurn } from '../support/turn.js'

/** A worker that does what the page says, with the names of the page. */

shareInproc(globalThis)

globalThis.onmessage = async ({ data }: MessageEvent<{ work: string; data: unknown }>) => {
  const work = (0, eval)(`(${data.work})`) as (tools: unknown) => unknown
  const say = (value: unknown): void => {
    postMessage({ value })
  }
  postMessage({
    result: await work({ library, transfer, shareInproc, nextTurn, say, data: data.data }),
  })
}
