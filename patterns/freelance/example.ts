/** Two servers and no broker: when the one that is asked goes, the other has its requests. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FreelanceClient, FreelanceServer } from 'zerowire/patterns/freelance'

// A server's endpoint is also its name, so clients and servers have to know it.
const endpoints = ['ann', 'bob'].map(
  (name) => `ipc://${join(tmpdir(), `freelance-${process.pid}-${name}`)}`,
)
const [ann = '', bob = ''] = endpoints
const client = new FreelanceClient(endpoints, { timeout: 10_000 })

// Ann is asked first, because she is there first; she never comes to an end.
const asked = new Promise<FreelanceServer>((resolve) => {
  const busy = new FreelanceServer(() => {
    resolve(busy)
    return new Promise<string>(() => undefined)
  })
  void busy.bind(ann)
})
const answer = client.request(['square', '7'])
await (await asked).close()

const server = new FreelanceServer(([, number]) => `Bob: ${Number(String(number)) ** 2}`)
await server.bind(bob)
console.log(String((await answer)[0]))

const answers = await Promise.all(
  [2, 3, 4].map((number) => client.request(['square', `${number}`])),
)
console.log(answers.join(', '))
console.log(`servers: ${client.stats.live} of ${endpoints.length}`)
await client.close()
await server.close()

// Prints:
//   Bob: 49
//   Bob: 4, Bob: 9, Bob: 16
//   servers: 1 of 2
