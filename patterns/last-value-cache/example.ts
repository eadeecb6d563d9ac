/** Whoever subscribes late gets the last value of each topic, and nobody else gets it again. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { Subscriber, XPublisher } from 'zerowire'
import { LastValueCache } from 'zerowire/patterns/last-value-cache'

const cache = new LastValueCache()
await cache.frontEnd.bind('tcp://127.0.0.1:*')
await cache.backEnd.bind('tcp://127.0.0.1:*')

const publisher = new XPublisher()
publisher.connect(String(cache.frontEnd.lastEndpoint))
// The cache wants everything.
await publisher.receive()

/** A subscriber that the cache has heard of. */
async function subscribe(topic: string): Promise<Subscriber> {
  const subscriber = new Subscriber()
  subscriber.connect(String(cache.backEnd.lastEndpoint))
  subscriber.subscribe(topic)
  const { requests } = cache.stats
  while (cache.stats.requests === requests) await nextTurn()
  return subscriber
}

async function show(name: string, subscriber: Subscriber): Promise<void> {
  console.log(`${name} gets ${(await subscriber.receive()).join(' ')}`)
}

for (const degrees of [19, 20]) await publisher.send(['temperature', degrees])
await publisher.send(['wind', 7])
while (cache.stats.received < 3) await nextTurn()

const early = await subscribe('temperature')
await show('early', early)
await publisher.send(['temperature', 21])
await show('early', early)

const late = await subscribe('temperature')
await show('late', late)
await publisher.send(['temperature', 22])
await show('early', early)
await show('late', late)

for (const socket of [publisher, early, late]) await socket.close()
await cache.close()

// Prints:
//   early gets temperature 20
//   early gets temperature 21
//   late gets temperature 21
//   early gets temperature 22
//   late gets temperature 22
