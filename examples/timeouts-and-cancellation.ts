/** Whatever waits can be told how long, or be called off: with a timeout or an AbortSignal. */

import { Pull, Push } from 'zerowire'
import { ZmqError } from 'zerowire/extra'

const pull = new Pull()
await pull.bind('tcp://127.0.0.1:*')

// Nothing comes in, so this ends with an error after 20 ms.
try {
  await pull.receive({ timeout: 20 })
} catch (error) {
  console.log('receive with a timeout:', error instanceof ZmqError && error.code)
}

// The same, but it is up to somebody else when it ends, and why.
const user = new AbortController()
const waiting = pull.receive({ signal: user.signal })
user.abort(new Error('the user has left'))
await waiting.catch((error: unknown) => {
  console.log('receive with a signal:', String(error))
})

// A Push without a peer waits as well: it has nowhere to put the message.
const push = new Push()
await push.bind('tcp://127.0.0.1:*')
try {
  await push.send('hello?', { timeout: 0 })
} catch (error) {
  console.log('send without a peer:', error instanceof ZmqError && error.code)
}

// The sockets are as good as new, and no message that was called off turns up later.
pull.connect(String(push.lastEndpoint))
await push.send('hello!', { signal: AbortSignal.timeout(10_000) })
console.log('finally:', String(await pull.receive()))

await push.close()
await pull.close()

// Prints:
//   receive with a timeout: EAGAIN
//   receive with a signal: Error: the user has left
//   send without a peer: EAGAIN
//   finally: hello!
