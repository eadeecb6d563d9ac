import { message } from '../message.js'
import { Meter } from '../meter.js'
import type { Scenario } from '../task.js'

/** PUSH to PULL in one process. */
export const inproc: Scenario = {
  async binds({ zmq, task }) {
    const pull = new zmq.Pull()
    await pull.bind(task.endpoint)
    const push = new zmq.Push()
    push.connect(task.endpoint)

    const body = message(task)
    const send = async (): Promise<void> => {
      for (let sent = 0; sent < task.count; sent++) await push.send(body)
    }
    const sending = send()
    const meter = new Meter(task.count)
    for await (const received of pull) if (meter.count(received)) break
    const outcome = meter.outcome()
    await sending
    return outcome
  },
}
