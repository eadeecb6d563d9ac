import { connect } from '@nats-io/transport-node'
import { Meter } from '../meter.js'
import { RoundTrips } from '../round-trips.js'
import type { Scenario } from '../task.js'
import { startServer } from './server.js'

const SUBJECT = 'question'

/** Longer than a run may take, on however busy a machine. */
const PATIENCE = { timeout: 120_000 }

/** A request and its answer, one at a time, each through the broker. */
export const roundTrip: Scenario = {
  async binds({ bound }) {
    const server = await startServer()
    const client = await connect({ servers: server })
    client.subscribe(SUBJECT, {
      callback: (error, message) => {
        if (error) throw error
        message.respond(message.data)
      },
    })
    await client.flush()
    bound(server)
    return undefined
  },

  async connects({ task }) {
    const client = await connect({ servers: task.endpoint })
    const body = Buffer.alloc(task.size, 'x')
    const meter = new Meter(task.count)
    const trips = new RoundTrips(task.count)
    for (let last = false; !last;) {
      const asked = performance.now()
      const { data } = await client.request(SUBJECT, body, PATIENCE)
      last = meter.count([data])
      trips.add(performance.now() - asked)
    }
    return meter.outcome(trips.figures)
  },
}
