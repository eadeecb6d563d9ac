/**
 * Sends a million messages to a peer that does not read, then lets it read, and prints what was
 * held and what became of the messages.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Publisher, Pull, Push, Subscriber, XPublisher, type ZmqError } from 'zerowire'
import { heldBytes } from '../../support/memory.js'

const MESSAGES = 1_000_000
const WARM_UP = 200_000
const message = Buffer.from('sixteen bytes ..')

// A million rejections: what matters is their number, not where they come from.
Error.stackTraceLimit = 0

/** Attempts a million sends; gives the bytes held after the first of them and after the last. */
async function send(attempt: () => Promise<void>) {
  let early = 0
  for (let index = 0; index < MESSAGES; index += 1) {
    await attempt()
    if (index % 1000 === 0) await nextTurn()
    if (index === WARM_UP) early = heldBytes()
  }
  return { early, late: heldBytes() }
}

async function push(scheme: string) {
  const pull = new Pull()
  const push = new Push()
  await pull.bind(addressOf(scheme))
  push.connect(String(pull.lastEndpoint))
  let refused = 0
  const bytes = await send(async () => {
    try {
      await push.send(message, { timeout: 0 })
    } catch (error) {
      if ((error as ZmqError).code !== 'EAGAIN') throw error
      refused += 1
    }
  })
  const { sent } = push.stats
  while (pull.stats.received < sent) await pull.receive()
  await Promise.all([push.close(), pull.close()])
  return { bytes, refused, sent, dropped: push.stats.dropped.total, received: pull.stats.received }
}

async function publish(scheme: string) {
  const publisher = new XPublisher()
  const subscriber = new Subscriber()
  await publisher.bind(addressOf(scheme))
  subscriber.subscribe()
  subscriber.connect(String(publisher.lastEndpoint))
  await publisher.receive()
  const bytes = await send(() => publisher.send(message))
  const { sent, dropped } = publisher.stats
  while (subscriber.stats.received < sent - dropped.total) await subscriber.receive()
  await publisher.send('the last')
  const [last] = await subscriber.receive()
  await Promise.all([publisher.close(), subscriber.close()])
  return {
    bytes,
    refused: 0,
    sent,
    dropped: dropped.total,
    received: subscriber.stats.received - 1,
    last: String(last),
  }
}

/** Nobody is there at all: the only queue is the publisher's own, and it has none. */
async function publishToNobody(scheme: string) {
  const publisher = new Publisher()
  await publisher.bind(addressOf(scheme))
  const bytes = await send(() => publisher.send(message))
  const { sent, dropped } = publisher.stats
  await publisher.close()
  return { bytes, refused: 0, sent, dropped: dropped.total, received: 0 }
}

function addressOf(scheme: string): string {
  return scheme === 'inproc' ? 'inproc://stopped-reader' : `${scheme}://127.0.0.1:*`
}

const [scenario = '', scheme = ''] = process.argv.slice(2)
const run = { push, publish, 'publish to nobody': publishToNobody }[scenario]
if (run === undefined) throw new Error(`no such scenario: ${scenario}`)
console.log(JSON.stringify(await run(scheme)))
