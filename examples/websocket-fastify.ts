/** A Fastify app and a Reply on one port: the app asks over ws:// what pages ask it over http://. */

import fastify from 'fastify'
import type { AddressInfo } from 'node:net'
import { Reply, Request } from 'zerowire'

const app = fastify()
const shop = new Reply()
await shop.bind('ws://*:*/shop', { server: app.server })
const selling = (async () => {
  for await (const [fruit] of shop) await shop.send(`${String(fruit)}: 3 left`)
})()

const question = new Request()
app.get<{ Params: { fruit: string } }>('/stock/:fruit', async ({ params }) => {
  await question.send(params.fruit)
  const [answer] = await question.receive()
  return { answer: String(answer) }
})

await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address() as AddressInfo
question.connect(`ws://127.0.0.1:${port}/shop`)

const page = await fetch(`http://127.0.0.1:${port}/stock/apples`)
console.log(await page.json())

await question.close()
await shop.close()
await selling
await app.close()

// Prints:
//   { answer: 'apples: 3 left' }
