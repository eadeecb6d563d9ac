/**
 * Many small messages cost less by the batch. `sendMany` takes them from anything that can be iterated
 * over, and asks for the next one only when there is room for it; `receiveMany` waits for one message,
 * and hands over with it what else has come.
 */

import { Pull, Push } from 'zerowire'
import { ZmqError } from 'zerowire/extra'

const count = 100_000

const sink = new Pull()
await sink.bind('tcp://127.0.0.1:*')
const meter = new Push()
meter.connect(String(sink.lastEndpoint))

function* readings(): Generator<string> {
  for (let reading = 1; reading <= count; reading++) yield String(reading)
}

async function add(): Promise<void> {
  let received = 0
  let sum = 0
  let batches = 0
  while (received < count) {
    const batch = await sink.receiveMany(500)
    for (const [reading] of batch) sum += Number(reading)
    received += batch.length
    batches++
  }
  console.log(`${received} readings add up to ${sum}`)
  console.log(`they came in ${batches} batches of at most 500`)
}

await Promise.all([meter.sendMany(readings()), add()])
await meter.close()
await sink.close()

// Where nobody reads, only what the queue holds is sent; the error says how much that was.
const lonely = new Push({ sendHighWaterMark: 100, linger: 0 })
lonely.connect('inproc://nobody')
try {
  await lonely.sendMany(readings(), { timeout: 20 })
} catch (error) {
  if (error instanceof ZmqError) console.log(`${error.code} after ${error.sent ?? 0} messages`)
}
await lonely.close()

// Prints:
//   100000 readings add up to 5000050000
//   they came in … batches of at most 500
//   EAGAIN after 100 messages
