import { message } from '../message.js'
import { Meter } from '../meter.js'
import type { Scenario } from '../task.js'

/** Messages that are handed over together. */
const BATCH = 500

/** One PULL and one PUSH that take and give messages by the batch. */
export const many: Scenario = {
  async binds({ zmq, task, bound }) {
    const socket = new zmq.Pull()
    await socket.bind(task.endpoint)
    bound(socket.lastEndpoint)
    const meter = new Meter(task.count)
    for (let last = false; !last;) {
      for (const received of await socket.receiveMany()) last = meter.count(received)
    }
    return meter.outcome()
  },

  async connects({ zmq, task }) {
    const socket = new zmq.Push()
    socket.connect(task.endpoint)
    const batch = new Array<Buffer[]>(BATCH).fill(message(task))
    for (let left = task.count; left > 0; left -= BATCH) {
      await socket.sendMany(left < BATCH ? batch.slice(0, left) : batch)
    }
    return undefined
  },
}
