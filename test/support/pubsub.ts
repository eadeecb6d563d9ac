import { attemptUntil, nextTurn } from './turn.js'

interface Sender {
  send(message: string): Promise<unknown>
}

interface Receiver {
  receive(): Promise<readonly unknown[]>
}

/**
 * Returns once everything the subscriber asked for so far is known to a publisher that cannot be
 * asked: publishes `topic`, which must be what the subscriber asked for last, until it gets through.
 * The subscriber must expect no other messages meanwhile.
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
  await attemptUntil(
    () => arrived,
    () => publisher.send(`${topic}?`),
  )
  await watch
  await publisher.send(`${topic}!`)
  let last = String((await first)[0])
  while (last !== `${topic}!`) last = String((await subscriber.receive())[0])
}

interface Publisher extends Sender {
  readonly stats: { readonly sent: number; readonly dropped: { readonly unsubscribed: number } }
}

/**
 * Publishes `message` until somebody has asked for it, who then gets it once; `ask` is called
 * before each attempt. (A listening XSUB of libzmq asks nobody for what it was told before it
 * noticed its peer, which may be after the peer's handshake.)
 */
export async function untilWanted(
  publisher: Publisher,
  message: string,
  ask?: () => Promise<void>,
): Promise<void> {
  for (;;) {
    await ask?.()
    const { unsubscribed } = publisher.stats.dropped
    await publisher.send(message)
    if (publisher.stats.dropped.unsubscribed === unsubscribed) return
    await nextTurn()
  }
}
