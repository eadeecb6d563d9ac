/** What passes between a publisher and a subscriber, one line for each. */

import { once } from 'node:events'
import { Subscriber, XPublisher } from 'zerowire'
import { describe, Espresso } from 'zerowire/patterns/espresso'

const seen = new EventTarget()
const espresso = new Espresso({
  tap(sip) {
    console.log(describe(sip))
    seen.dispatchEvent(new Event(sip.kind))
  },
})
await espresso.frontEnd.bind('tcp://127.0.0.1:*')
await espresso.backEnd.bind('tcp://127.0.0.1:*')
const running = espresso.run()

const publisher = new XPublisher()
publisher.connect(String(espresso.frontEnd.lastEndpoint))
const subscriber = new Subscriber()
subscriber.connect(String(espresso.backEnd.lastEndpoint))
subscriber.subscribe('fruit')

// The subscription has come through to the publisher.
await publisher.receive()
await publisher.send(['fruit', 'apple'])
await publisher.send(['fruit', Uint8Array.of(0xca, 0xfe)])
await publisher.send(['vegetable', 'nobody wants it, so it is not sent at all'])

for (let count = 0; count < 2; count++) await subscriber.receive()
const gone = once(seen, 'unsubscribe')
await subscriber.close()
await gone

await publisher.close()
await espresso.close()
await running

// Prints:
//   subscribe "fruit"
//   message "fruit" "apple" (10 bytes)
//   message "fruit" cafe (7 bytes)
//   unsubscribe "fruit"
