import type { Part } from './implementations.js'

interface Sender {
  send(message: Part): Promise<void>
}

interface Receiver {
  receive(): Promise<Uint8Array[]>
}

/**
 * Returns once everything the subscriber asked for so far is known to a publisher that cannot be
 * asked: publishes `topic`, to which the subscriber must listen, until it gets through. The
 * subscriber must expect no other messages meanwhile.
 */
export async function synchronise(
  publisher: Sender,
  subscriber: Receiver,
  topic = 'sync',
): Promise<void> {
  const first = subscriber.receive()
  let arrived = false
  const watch = first.then(() => {
    arrived = true
  })
  while (!arrived) {
    await publisher.send(`${topic}?`)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await watch
  await publisher.send(`${topic}!`)
  let last = String((await first)[0])
  while (last !== `${topic}!`) last = String((await subscriber.receive())[0])
}
