/** A queue is replaced by another while its workers are at work: they find the new one by themselves. */
import { LazyPirate } from 'zerowire/patterns/lazy-pirate'
import { ParanoidPirateQueue, ParanoidPirateWorker } from 'zerowire/patterns/paranoid-pirate'

// Faster than the second of RFC 6, for an example that ends soon.
const heartbeats = { heartbeatInterval: 50, liveness: 3 }

let queue = new ParanoidPirateQueue(heartbeats)
const { frontEnd, backEnd } = await queue.bind('tcp://127.0.0.1:*', 'tcp://127.0.0.1:*')

const workers = ['Ann', 'Bob'].map(
  (name) =>
    new ParanoidPirateWorker(backEnd, ([number]) => `${name}: ${Number(String(number)) ** 2}`, {
      ...heartbeats,
      reconnectInterval: 50,
    }),
)

const client = new LazyPirate(frontEnd, { timeout: 500, tries: 20 })
for (const number of [2, 3]) console.log(String((await client.request(String(number)))[0]))

// The workers hear nothing of it for 150 ms, wait 50 ms, and say READY on new sockets.
await queue.close()
queue = new ParanoidPirateQueue(heartbeats)
await queue.bind(frontEnd, backEnd)

for (const number of [4, 5]) console.log(String((await client.request(String(number)))[0]))
console.log(`conversations: ${workers.map((each) => each.stats.conversations).join(' and ')}`)
await Promise.all([client, ...workers, queue].map((part) => part.close()))

// Prints:
//   …: 4
//   …: 9
//   …: 16
//   …: 25
//   conversations: … and …
