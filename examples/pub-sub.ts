/**
 * A Publisher talks to whoever listens, and to nobody if nobody does. A Subscriber hears what begins
 * with one of its topics, from the moment on at which the publisher has heard of the subscription.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { Publisher, Subscriber } from 'zerowire'

const station = new Publisher()
await station.bind('tcp://127.0.0.1:*')

const listener = new Subscriber()
listener.connect(String(station.lastEndpoint))
listener.subscribe('weather.oslo', 'weather.rome')

const heard = new Map<string, string>()

async function broadcast(): Promise<void> {
  for (let hour = 0; heard.size < 2; hour++) {
    for (const city of ['lima', 'oslo', 'rome']) {
      await station.send([`weather.${city}`, `${10 + (hour % 10)} °C`])
    }
    await delay(5)
  }
}

async function listen(): Promise<void> {
  while (heard.size < 2) {
    const [topic, weather] = await listener.receive()
    heard.set(String(topic), String(weather))
  }
}

await Promise.all([broadcast(), listen()])
for (const [topic, weather] of [...heard].sort()) console.log(`${topic}: ${weather}`)

await station.close()
await listener.close()

// Prints:
//   weather.oslo: … °C
//   weather.rome: … °C
