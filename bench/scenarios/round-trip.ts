import { message } from '../message.js'
import { Meter } from '../meter.js'
import { RoundTrips } from '../round-trips.js'
import type { Scenario } from '../task.js'

/** One REQ asks one REP, one question at a time. */
export const roundTrip: Scenario = {
  async binds({ zmq, task, bound }) {
    const socket = new zmq.Reply()
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
    const socket = new zmq.Request()
    socket.connect(task.endpoint)
    const body = message(task)
    const meter = new Meter(task.count)
    const trips = new RoundTrips(task.count)
    for (let last = false; !last;) {
      const asked = performance.now()
      await socket.send(body)
      last = meter.count(await socket.receive())
      trips.add(performance.now() - asked)
    }
    return meter.outcome(trips.figures)
  },
}
