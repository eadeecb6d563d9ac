// The CommonJS way of TypeScript.
import zmq = require('zeromq')

const { Push, Pull } = zmq

export const push: zmq.Push = new Push({ linger: 0 })
export async function pull(): Promise<string> {
  const socket = new Pull()
  const [message] = await socket.receive()
  return message.toString('utf8')
}
