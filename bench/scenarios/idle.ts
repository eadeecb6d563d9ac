import { message } from '../message.js'
import { Meter } from '../meter.js'
import type { Scenario } from '../task.js'

/**
 * One PULL with as many connections as `count` says, all from one PUSH in another process. A
 * message comes over each of them, so that all are known to be there; then nothing more happens.
 */
export const idle: Scenario = {
  async binds({ zmq, task, bound }) {
    const socket = new zmq.Pull({ backlog: task.count })
    await socket.bind(task.endpoint)
    const before = await memory()
    bound(socket.lastEndpoint)
    const meter = new Meter(task.count)
    for await (const received of socket) if (meter.count(received)) break
    const { messages, bytes } = meter.outcome()
    const after = await memory()
    return {
      messages: messages ?? 0,
      bytes: bytes ?? 0,
      figures: {
        resident: (after.resident - before.resident) / task.count,
        heap: (after.heap - before.heap) / task.count,
      },
    }
  },

  async connects({ zmq, task }) {
    const socket = new zmq.Push()
    for (let made = 0; made < task.count; made++) socket.connect(task.endpoint)
    const body = message(task)
    // In turn: one for each connection.
    for (let sent = 0; sent < task.count; sent++) await socket.send(body)
    return undefined
  },
}

/** What is really held, after what happened has come to rest. */
async function memory(): Promise<{ resident: number; heap: number }> {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    global.gc?.()
  }
  const { rss, heapUsed } = process.memoryUsage()
  return { resident: rss, heap: heapUsed }
}
