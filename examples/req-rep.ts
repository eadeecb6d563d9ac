/** A Request asks and waits for the answer of a Reply, in strict alternation. */

import { Reply, Request } from 'zerowire'

const server = new Reply()
await server.bind('tcp://127.0.0.1:*')

const client = new Request()
client.connect(String(server.lastEndpoint))

async function serve(): Promise<void> {
  for await (const [question] of server) {
    const answer = String(question).length
    await server.send(String(answer))
  }
}

async function ask(question: string): Promise<string> {
  await client.send(question)
  const [answer] = await client.receive()
  return String(answer)
}

// Ends when the server is closed.
const serving = serve()

for (const word of ['zero', 'wire', 'message queue']) {
  console.log(`"${word}" has ${await ask(word)} characters`)
}

await client.close()
await server.close()
await serving

// Prints:
//   "zero" has 4 characters
//   "wire" has 4 characters
//   "message queue" has 13 characters
