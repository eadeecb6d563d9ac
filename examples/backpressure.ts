/**
 * A high water mark bounds a queue. When the queue of a Push is full, `send` waits until the other
 * side has made room: a fast producer goes as slow as its consumer, and memory stays flat.
 */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { Pull, Push } from 'zerowire'

const count = 1000
const chunk = Buffer.alloc(64 * 1024)

const producer = new Push({ sendHighWaterMark: 10 })
const consumer = new Pull({ receiveHighWaterMark: 10 })
await producer.bind('tcp://127.0.0.1:*')
consumer.connect(String(producer.lastEndpoint))

let longest = 0
let lead = 0

async function produce(): Promise<void> {
  for (let sent = 1; sent <= count; sent++) {
    await producer.send(chunk)
    longest = Math.max(longest, producer.stats.queued.outgoing, consumer.stats.queued.incoming)
    lead = Math.max(lead, sent - consumer.stats.received)
  }
}

/** Takes a few turns of the event loop for each message. */
async function consume(): Promise<void> {
  for (let received = 0; received < count; received++) {
    await consumer.receive()
    for (let turn = 0; turn < 3; turn++) await nextTurn()
  }
}

await Promise.all([produce(), consume()])
console.log(`producer sent ${producer.stats.sent}, consumer received ${consumer.stats.received}`)
console.log(`no queue was ever longer than ${longest} messages`)
console.log(`with what the network holds, the producer was at most ${lead} messages ahead`)

await producer.close()
await consumer.close()

// Prints:
//   producer sent 1000, consumer received 1000
//   no queue was ever longer than 10 messages
//   with what the network holds, the producer was at most … messages ahead
