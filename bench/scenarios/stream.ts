import { message } from '../message.js'
import { Meter } from '../meter.js'
import { Metronome } from '../metronome.js'
import { asClient, asServer } from '../security.js'
import type { End, Outcome, Scenario } from '../task.js'

/** One PULL, one or many PUSH, each of which sends its share as fast as it is let. */
export const stream: Scenario = {
  binds: async (end) => (await pull(end)).outcome(),
  connects: push,
}

/** The same, with a timer of 10 ms on both ends. */
export const flood: Scenario = {
  async binds(end) {
    const metronome = new Metronome()
    const meter = await pull(end)
    return meter.outcome({ timer: metronome.stop() })
  },

  async connects(end) {
    const metronome = new Metronome()
    await push(end)
    return { figures: { timer: metronome.stop() } }
  },
}

async function pull({ zmq, task, bound }: End): Promise<Meter> {
  const socket = new zmq.Pull(asServer(task))
  await socket.bind(task.endpoint)
  bound(socket.lastEndpoint)
  const meter = new Meter(task.count)
  for await (const received of socket) if (meter.count(received)) break
  return meter
}

async function push({ zmq, task }: End): Promise<Outcome | undefined> {
  const { endpoint, count, peers } = task
  const body = message(task)
  await Promise.all(
    Array.from({ length: peers }, async (_, index) => {
      const socket = new zmq.Push(asClient(task))
      socket.connect(endpoint)
      const share = Math.floor((count + index) / peers)
      for (let sent = 0; sent < share; sent++) await socket.send(body)
    }),
  )
  return undefined
}
