import { Meter } from '../meter.js'
import { RoundTrips } from '../round-trips.js'
import type { Scenario } from '../task.js'
import { accept, reach } from './net.js'

/** An echo of as many bytes as a message has: the shortest round trip that Node can do. */
export const roundTrip: Scenario = {
  async binds(end) {
    const socket = await accept(end)
    socket.on('data', (chunk) => socket.write(chunk))
    return undefined
  },

  async connects(end) {
    const { size, count } = end.task
    const socket = await reach(end)
    const body = Buffer.alloc(size, 'x')
    const meter = new Meter(count)
    const trips = new RoundTrips(count)
    return new Promise((resolve) => {
      let asked = performance.now()
      let missing = size
      socket.on('data', (chunk) => {
        missing -= chunk.length
        if (missing > 0) return
        trips.add(performance.now() - asked)
        if (meter.count([body])) {
          resolve(meter.outcome(trips.figures))
          return
        }
        missing = size
        asked = performance.now()
        socket.write(body)
      })
      socket.write(body)
    })
  },
}
