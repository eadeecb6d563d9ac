/**
 * Draft socket types: a Server that knows its Clients by number, and a Radio whose Dishes hear the
 * groups that they have joined. Their messages have one part; whom one is for, or from, stands beside
 * it. Importing them warns that ZeroMQ may still change them.
 */

import { Client, Dish, Radio, Server } from 'zerowire/draft'

const server = new Server()
await server.bind('tcp://127.0.0.1:*')

async function serve(): Promise<void> {
  for await (const [question, { routingId }] of server) {
    // Unlike Reply it may answer when it likes, in any order, or more than once.
    await server.send(`${question.toString()}? Soon.`, { routingId })
    await server.send(`${question.toString()}! Now.`, { routingId })
  }
}

const serving = serve()
const client = new Client()
client.connect(String(server.lastEndpoint))
await client.send('lunch')
for (let answers = 0; answers < 2; answers++) console.log(String(await client.receive()))
await client.close()
await server.close()
await serving

const radio = new Radio()
const dish = new Dish()
dish.join('news', 'sport')
// With datagrams nobody has to be told of groups, and nobody waits: what gets lost is lost.
await dish.bind('udp://127.0.0.1:*')
radio.connect(String(dish.lastEndpoint))
await radio.send('sunny', { group: 'weather' })
await radio.send('elections', { group: 'news' })
const [message, { group }] = await dish.receive()
console.log(`${group.toString()}: ${message.toString()}`)
await radio.close()
await dish.close()

// Prints:
//   lunch? Soon.
//   lunch! Now.
//   news: elections
