import { once } from 'node:events'
import { warmUp } from '../meter.js'
import type { Scenario } from '../task.js'
import { accept, reach } from './net.js'

/** Bytes as fast as they go, in writes as long as a message. */
export const stream: Scenario = {
  async binds(end) {
    const { size, count } = end.task
    const socket = await accept(end)
    const skipped = warmUp(count) * size
    let bytes = 0
    let timedFrom = 0
    let began = 0
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (began === 0 && bytes >= skipped) {
        began = performance.now()
        timedFrom = bytes
      }
      if (bytes >= count * size) break
    }
    const seconds = (performance.now() - began) / 1000
    const rate = (bytes - timedFrom) / size / seconds
    return { messages: bytes / size, bytes, figures: { rate } }
  },

  async connects(end) {
    const { size, count } = end.task
    const socket = await reach(end)
    const body = Buffer.alloc(size, 'x')
    for (let sent = 0; sent < count; sent++) {
      if (!socket.write(body)) await once(socket, 'drain')
    }
    return undefined
  },
}
