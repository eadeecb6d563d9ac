/**
 * Orders that survive their broker, which ends before any of them was acknowledged: the next one goes
 * on from its store.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Consumer, Producer, QueueBroker } from 'zerowire/patterns/queue'
import { LevelStore } from 'zerowire/patterns/store'

const directory = await mkdtemp(join(tmpdir(), 'orders-'))
const queues = { orders: { maxDeliveries: 2, deadLetters: 'unwanted' } }

async function open(address: string): Promise<{ endpoint: string; close(): Promise<void> }> {
  const store = await LevelStore.open(directory)
  const broker = await QueueBroker.open({ store, queues })
  const endpoint = await broker.bind(address)
  return {
    endpoint,
    async close() {
      await broker.close()
      await store.close()
    },
  }
}

const first = await open('tcp://127.0.0.1:*')
const options = { heartbeat: 100, retry: 200 }
const producer = new Producer(first.endpoint, options)
await producer.send('orders', 'a book', { properties: { colour: 'blue' } })
await producer.sendAll('orders', [{ body: 'a bomb' }, { body: 'a lamp' }, { body: 'a chair' }])
console.log('four orders are in the store')

const assistant = new Consumer(first.endpoint, 'orders', options)
for await (const { body, properties } of assistant) {
  console.log(`${body.toString()}, ${properties['colour']}`)
  break
}
// Without having acknowledged it.
await assistant.close()
await first.close()

const second = await open(first.endpoint)
const shop = new Consumer(second.endpoint, 'orders', { ...options, prefetch: 1 })
for await (const order of shop) {
  const text = order.body.toString()
  console.log(`${text}, delivery ${order.deliveries}`)
  await (text === 'a bomb' ? order.nack() : order.ack())
  if (text === 'a chair') break
}
await shop.close()

const police = new Consumer(second.endpoint, 'unwanted', options)
for await (const { body, death } of police) {
  console.log(`${body.toString()} was ${death?.reason} in ${death?.queue}`)
  break
}
await police.close()
await producer.close()
await second.close()
await rm(directory, { recursive: true })

// Prints:
//   four orders are in the store
//   a book, blue
//   a book, delivery 1
//   a bomb, delivery 1
//   a bomb, delivery 2
//   a lamp, delivery 1
//   a chair, delivery 1
//   a bomb was undeliverable in orders
