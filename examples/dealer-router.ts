/**
 * A Router serves many Dealers at once. Unlike a Reply it need not answer in the order of the
 * questions: each message begins with the id of the client that it comes from or goes to.
 */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { Dealer, Router } from 'zerowire'

const server = new Router()
await server.bind('tcp://127.0.0.1:*')

/** Works on all jobs at the same time, each a little in every turn of the event loop. */
async function serve(): Promise<void> {
  const jobs: Promise<void>[] = []
  for await (const [client, job, turns] of server) {
    if (client && job) jobs.push(work(client, job, Number(turns)))
  }
  await Promise.all(jobs)
}

async function work(client: Buffer, job: Buffer, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn()
  await server.send([client, job])
}

async function runClient(name: string): Promise<string> {
  const client = new Dealer({ routingId: name })
  client.connect(String(server.lastEndpoint))
  const jobs = { long: 400, short: 0, middling: 200 }
  for (const [job, turns] of Object.entries(jobs)) await client.send([job, String(turns)])

  const done: string[] = []
  while (done.length < 3) done.push(String(await client.receive()))
  await client.close()
  return `${name} got its jobs done in this order: ${done.join(', ')}`
}

const serving = serve()
for (const line of await Promise.all(['ada', 'bob', 'cyd'].map(runClient))) console.log(line)
await server.close()
await serving

// Prints:
//   ada got its jobs done in this order: short, middling, long
//   bob got its jobs done in this order: short, middling, long
//   cyd got its jobs done in this order: short, middling, long
