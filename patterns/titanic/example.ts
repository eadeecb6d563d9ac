/** A request is stored before there is a worker, outlives the Titanic that took it, and is answered later. */
import { Broker, Worker } from 'zerowire/patterns/majordomo'
import { MemoryStore } from 'zerowire/patterns/store'
import { Titanic, TitanicClient } from 'zerowire/patterns/titanic'

await using broker = new Broker()
const endpoint = await broker.bind('tcp://127.0.0.1:*')
// On a disk: await LevelStore.open('/var/lib/titanic')
await using store = new MemoryStore()
await using client = new TitanicClient(endpoint, { pollInterval: 50 })

let uuid: string
{
  await using titanic = await Titanic.open(store, endpoint)
  uuid = await client.request('square', '7')
  console.log(`stored as ${uuid.length} characters, ${titanic.stats.requests} request is kept`)
  console.log(`reply: ${String(await client.reply(uuid))}`)
}

await using titanic = await Titanic.open(store, endpoint, { retryInterval: 50 })
await using worker = new Worker(endpoint, 'square', ([number]) =>
  String(Number(String(number)) ** 2),
)
console.log(`called: ${String(await client.call('square', '9'))}`)

let reply = await client.reply(uuid)
while (!reply) reply = await client.reply(uuid)
console.log(`reply: ${String(reply)}, and again ${String(await client.reply(uuid))}`)
await client.closeRequest(uuid)
console.log(`${titanic.stats.requests} requests are kept, the worker did ${worker.stats.final}`)

// Prints:
//   stored as 32 characters, 1 request is kept
//   reply: undefined
//   called: 81
//   reply: 49, and again 49
//   0 requests are kept, the worker did 2
