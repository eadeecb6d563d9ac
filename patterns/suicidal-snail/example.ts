/** A subscriber gets slower and slower, and notices before anybody relies on what it says. */

import { ManualClock } from 'zerowire/patterns/clock'
import { SnailError, StampingPublisher, SuicidalSnail } from 'zerowire/patterns/suicidal-snail'

// So that the example takes no time; without it, both read the clock of the system.
const clock = new ManualClock(Date.UTC(2030, 0, 1))
const publisher = new StampingPublisher({ clock })
const snail = new SuicidalSnail({ clock, maxDelay: 1000 })
snail.connect(await publisher.bind('tcp://127.0.0.1:*'))
snail.subscribe('price')

const letters = snail[Symbol.asyncIterator]()
const first = letters.next()
// Until the subscription has arrived, nobody gets anything.
let arrived = false
const arrival = first.then(() => (arrived = true))
while (!arrived) {
  await publisher.send('price', 100)
  await new Promise((resolve) => setImmediate(resolve))
}
await arrival
for (let price = 101; price <= 105; price++) await publisher.send('price', price)

try {
  for await (const { delay } of snail) {
    if (delay > 0) console.log(`a price is ${delay} ms old`)
    // What a slow computation would take.
    clock.advance(400)
  }
} catch (error) {
  if (!(error instanceof SnailError)) throw error
  console.log(`${error.code}: ${error.message}`)
}
await publisher.close()

// Prints:
//   a price is 400 ms old
//   a price is 800 ms old
//   LATE: a message is 1200 ms old, which is too late
