import { message } from '../message.js'
import { Meter } from '../meter.js'
import type { Scenario } from '../task.js'

/** As many REQ sockets at a time as there are peers: connect, ask, close, and again. */
export const connect: Scenario = {
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
    const body = message(task)
    const meter = new Meter(task.count)
    let begun = 0
    const visit = async (): Promise<void> => {
      while (begun < task.count) {
        begun++
        const socket = new zmq.Request()
        socket.connect(task.endpoint)
        await socket.send(body)
        meter.count(await socket.receive())
        void socket.close()
      }
    }
    await Promise.all(Array.from({ length: task.peers }, visit))
    return meter.outcome()
  },
}
