import { setTimeout } from 'node:timers/promises'
import { Credit, REPORT } from '../credit.js'
import { Meter } from '../meter.js'
import { RING, spreadTopics, topic } from '../ring.js'
import type { End, Scenario, Task, Zmq } from '../task.js'

/** The window bounds the queues. */
const NO_MARK = 0

/** Subscriptions that may be under way: libzmq loses those beyond its mark. */
const BATCH = 500

/** What a subscriber subscribes to last: when it hears of it, the publisher knows all the others. */
const PROBE = 'ready'
const PROBE_MS = 2

/** One PUB, and SUB sockets in one other process. */
export const publish: Scenario = {
  deliveries: ({ count, peers }) => count * peers,

  async binds(end) {
    const { zmq, task, bound } = end
    const socket = new zmq.Publisher({ sendHighWaterMark: NO_MARK })
    await socket.bind(task.endpoint)
    bound(socket.lastEndpoint)
    let ready = false
    end.listen('ready', () => (ready = true))
    while (!ready) {
      await socket.send(PROBE)
      await setTimeout(PROBE_MS)
    }

    const messages = ring(task)
    const credit = new Credit(end)
    for (let sent = 0; sent < task.count; sent++) {
      const wait = credit.spend(task.peers)
      if (wait !== undefined) await wait
      await socket.send(messages[sent % RING] ?? '')
    }
    return undefined
  },

  connects: (end) => {
    const meter = new Meter(end.task.count * end.task.peers)
    let missing = end.task.peers
    return new Promise((resolve) => {
      const subscribe = async (): Promise<void> => {
        const socket = await subscriber(end)
        let ready = false
        for await (const received of socket) {
          if (received[0]?.length === PROBE.length) {
            if (!ready && --missing === 0) end.tell({ about: 'ready', value: 1 })
            ready = true
            continue
          }
          if (meter.count(received)) resolve(meter.outcome())
          if (meter.messages % REPORT === 0) {
            end.tell({ about: 'received', value: meter.messages })
          }
        }
      }
      for (let made = 0; made < end.task.peers; made++) void subscribe()
    })
  },
}

async function subscriber({ zmq, task }: End): Promise<InstanceType<Zmq['Subscriber']>> {
  const socket = new zmq.Subscriber({ receiveHighWaterMark: NO_MARK })
  socket.connect(task.endpoint)
  if (task.topics === 1) socket.subscribe('topic-')
  for (let begun = 0; task.topics > 1 && begun < task.topics; begun += BATCH) {
    const length = Math.min(BATCH, task.topics - begun)
    socket.subscribe(...Array.from({ length }, (_, index) => topic(begun + index)), PROBE)
    await socket.receive()
    socket.unsubscribe(PROBE)
  }
  socket.subscribe(PROBE)
  return socket
}

/** Messages whose topics are spread over all there are. */
function ring(task: Task): Buffer[] {
  return spreadTopics(task).map((number) => Buffer.from(topic(number).padEnd(task.size, '.')))
}
