import { message } from '../message.js'
import { Meter } from '../meter.js'
import type { Scenario } from '../task.js'

const IN_FLIGHT = 100

/** A DEALER that always has 100 questions under way at a ROUTER. */
export const inFlight: Scenario = {
  async binds({ zmq, task, bound }) {
    const socket = new zmq.Router()
    await socket.bind(task.endpoint)
    bound(socket.lastEndpoint)
    let answered = 0
    for await (const request of socket) {
      await socket.send(request)
      if (++answered === task.count) break
    }
    return undefined
  },

  async connects({ zmq, task }) {
    const socket = new zmq.Dealer()
    socket.connect(task.endpoint)
    const body = message(task)
    let asked = 0
    for (; asked < Math.min(IN_FLIGHT, task.count); asked++) await socket.send(body)
    const meter = new Meter(task.count)
    for await (const reply of socket) {
      if (meter.count(reply)) break
      if (asked++ < task.count) await socket.send(body)
    }
    return meter.outcome()
  },
}
