/**
 * A forwarder in the middle, so that publishers and subscribers need not know each other. Messages
 * go down and subscriptions go up, so a publisher sends only what somebody behind it wants.
 */

import { Proxy, Subscriber, XPublisher, XSubscriber } from 'zerowire'

const proxy = new Proxy(new XSubscriber(), new XPublisher())
const { frontEnd: upper, backEnd: lower } = proxy
await upper.bind('tcp://127.0.0.1:*')
await lower.bind('tcp://127.0.0.1:*')
const forwarding = proxy.run()

// An XPublisher is a Publisher that can see who subscribes to what.
const publisher = new XPublisher()
publisher.connect(String(upper.lastEndpoint))

const subscriber = new Subscriber()
subscriber.connect(String(lower.lastEndpoint))
subscriber.subscribe('fruit')

const [subscription] = await publisher.receive()
console.log(`the publisher learns of the topic "${String(subscription?.subarray(1))}"`)

await publisher.send(['vegetable', 'carrot'])
await publisher.send(['fruit', 'apple'])
await publisher.send(['fruit', 'cherry'])

for (let count = 0; count < 2; count++) {
  const [topic, name] = await subscriber.receive()
  console.log(`the subscriber hears of the ${String(topic)} "${String(name)}"`)
}

proxy.terminate()
await forwarding
for (const socket of [publisher, subscriber]) await socket.close()

const { messages, bytes } = proxy.statistics.backEnd.sent
console.log(`${messages} messages went down, ${bytes} bytes`)

// Prints:
//   the publisher learns of the topic "fruit"
//   the subscriber hears of the fruit "apple"
//   the subscriber hears of the fruit "cherry"
//   2 messages went down, 21 bytes
