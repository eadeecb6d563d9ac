/**
 * Counters that live in the memory of three workers: each worker counts the keys that it owns, so all
 * requests for a key must come to the same one. When a worker leaves, only its keys move.
 */

import { HashClient, HashRouter, HashWorker } from 'zerowire/patterns/hash-ring'

const router = new HashRouter()
const front = await router.bindClients('tcp://127.0.0.1:*')
const back = await router.bindWorkers('tcp://127.0.0.1:*')

const workers = ['anna', 'bert', 'cleo'].map((name) => {
  const counts = new Map<string, number>()
  const worker = new HashWorker(name, (key) => {
    const count = (counts.get(String(key)) ?? 0) + 1
    counts.set(String(key), count)
    return [name, count]
  })
  worker.connect(back)
  return worker
})
await Promise.all(workers.map((worker) => worker.ready))

const client = new HashClient()
client.connect(front)
const users = Array.from({ length: 100 }, (_, i) => `user:${i}`)
const before = new Map<string, string>()
for (const user of [...users, ...users]) {
  const [name, count] = await client.request(user)
  if (before.has(user)) console.assert(before.get(user) === String(name) && String(count) === '2')
  before.set(user, String(name))
}
const shares = [...new Set(before.values())].sort()
console.log(`${shares.join(', ')} have counted ${users.length} users twice`)

await workers.at(-1)?.close()
const kept = { anna: true, bert: true, cleo: true }
for (const user of users) {
  const was = before.get(user) as keyof typeof kept
  const [name] = await client.request(user)
  if (String(name) !== was) kept[was] = false
}
console.log('cleo has left: its users have moved:', !kept.cleo)
console.log('all others are where they were:', kept.anna && kept.bert)

for (const each of [...workers, client, router]) await each.close()

// Prints:
//   anna, bert, cleo have counted 100 users twice
//   cleo has left: its users have moved: true
//   all others are where they were: true
