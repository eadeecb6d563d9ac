import { connect } from '@nats-io/transport-node'
import { Credit, REPORT } from '../credit.js'
import { Meter } from '../meter.js'
import { RING, spreadTopics, topic } from '../ring.js'
import type { End, Scenario } from '../task.js'
import { startServer } from './server.js'

/**
 * The same deliveries through a broker, in a third process: a client publishes, and as many clients
 * as there are subscribers subscribe. The topic is the subject, beside a body of the size that is
 * measured. Messages come by callback, which is what the client does fastest.
 */
export const publish: Scenario = {
  deliveries: ({ count, peers }) => count * peers,

  async binds(end) {
    const { task, bound } = end
    const server = await startServer()
    const client = await connect({ servers: server })
    const ready = new Promise<number>((resolve) => end.listen('ready', resolve))
    bound(server)
    await ready

    const subjects = spreadTopics(task).map(topic)
    const body = Buffer.alloc(task.size, 'x')
    const credit = new Credit(end)
    for (let sent = 0; sent < task.count; sent++) {
      const wait = credit.spend(task.peers)
      if (wait !== undefined) await wait
      client.publish(subjects[sent % RING] ?? '', body)
    }
    return undefined
  },

  connects(end) {
    const meter = new Meter(end.task.count * end.task.peers)
    return new Promise((resolve, reject) => {
      const received = (body: Uint8Array): void => {
        if (meter.count([body])) resolve(meter.outcome())
        if (meter.messages % REPORT === 0) end.tell({ about: 'received', value: meter.messages })
      }
      const made = Array.from({ length: end.task.peers }, () => subscribe(end, received))
      Promise.all(made).then(() => end.tell({ about: 'ready', value: 1 }), reject)
    })
  },
}

/** Settles when the broker knows all subscriptions of one client. */
async function subscribe({ task }: End, received: (body: Uint8Array) => void): Promise<void> {
  const client = await connect({ servers: task.endpoint })
  for (let number = 0; number < task.topics; number++) {
    client.subscribe(topic(number), {
      callback: (error, { data }) => {
        if (error) throw error
        received(data)
      },
    })
  }
  await client.flush()
}
