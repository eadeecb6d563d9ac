/**
 * A shop writes its orders to a log. A group of two bills them, each of them for some of the customers;
 * an auditor comes later, and reads all of it from the beginning.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { LogConsumer, LogProducer, LogServer } from 'zerowire/patterns/log'
import { MemoryStore } from 'zerowire/patterns/store'

const store = new MemoryStore()
const server = await LogServer.open(store, { topics: { orders: { partitions: 4 } } })
const address = await server.bind('tcp://127.0.0.1:*')
const tail = await server.bindTail('tcp://127.0.0.1:*')

const producer = new LogProducer()
producer.connect(address)

const billed = new Map<string, number>()
const billing = [1, 2].map(() => {
  const consumer = new LogConsumer('orders', { group: 'billing', interval: 10 })
  consumer.connect(address, tail)
  return consumer
})
while (billing.some(({ positions }) => positions.size !== 2)) await sleep(10)
console.log('each of the two reads two partitions')
const bills = billing.map(async (consumer) => {
  for await (const order of consumer) {
    const customer = String(order.key)
    billed.set(customer, (billed.get(customer) ?? 0) + Number(order.value))
    await consumer.commit(order)
    if (billed.get('anna') === 5050 && billed.get('bert') === 10_100) return
  }
})

for (let i = 1; i <= 100; i++) {
  await Promise.all([
    producer.append('orders', 'anna', `${i}`),
    producer.append('orders', 'bert', `${2 * i}`),
  ])
}
await Promise.race(bills)
console.log(`billed: anna ${billed.get('anna')}, bert ${billed.get('bert')}`)

const auditor = new LogConsumer('orders')
auditor.connect(address, tail)
let [count, sum] = [0, 0]
for await (const order of auditor) {
  sum += Number(order.value)
  if (++count === 200) break
}
console.log(`the auditor has read ${count} orders of ${sum}`)

for (const each of [...billing, auditor, producer, server, store]) await each.close()

// Prints:
//   each of the two reads two partitions
//   billed: anna 5050, bert 10100
//   the auditor has read 200 orders of 15150
