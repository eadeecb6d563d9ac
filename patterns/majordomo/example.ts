/** A broker, workers for two services, and clients: one reply, a reply in parts, many requests at once. */
import { AsyncClient, Broker, Client, Worker } from 'zerowire/patterns/majordomo'

await using broker = new Broker()
const endpoint = await broker.bind('tcp://127.0.0.1:*')

// Two workers share the requests for one service; a generator replies in parts.
const square = ([number]: Uint8Array[]) => String(Number(String(number)) ** 2)
await using first = new Worker(endpoint, 'square', square)
await using second = new Worker(endpoint, 'square', square)
await using counter = new Worker(endpoint, 'countdown', async function* ([from]) {
  for (let left = Number(String(from)); left > 0; left--) yield await Promise.resolve(String(left))
  return 'lift-off'
})

// One request at a time, asked again when no reply comes.
await using client = new Client(endpoint)
console.log(`7 squared is ${String(await client.request('square', '7'))}`)
for await (const { body, final } of client.stream('countdown', '3')) {
  console.log(`${String(body)}${final ? '!' : ' ...'}`)
}

// The broker answers questions about itself.
for (const service of ['square', 'cube']) {
  console.log(`workers for ${service}: ${String(await client.request('mmi.service', service))}`)
}

// Many requests under way, replies as they come.
await using many = new AsyncClient(endpoint)
for (const number of ['1', '2', '3', '4']) await many.send('square', number)
let sum = 0
for (let missing = 4; missing > 0; missing--) sum += Number(String((await many.receive()).body))
console.log(`1 + 4 + 9 + 16 = ${sum}`)

const { requests, final, partials } = broker.stats
console.log(`${requests} requests, ${final} replies, ${partials} parts before the last`)
console.log(`squares by two workers: ${first.stats.final + second.stats.final}`)
console.log(`countdowns: ${counter.stats.final}`)

// Prints:
//   7 squared is 49
//   3 ...
//   2 ...
//   1 ...
//   lift-off!
//   workers for square: 200
//   workers for cube: 404
//   1 + 4 + 9 + 16 = 30
//   6 requests, 6 replies, 3 parts before the last
//   squares by two workers: 5
//   countdowns: 1
