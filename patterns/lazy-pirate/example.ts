/** A server that is slow once and a client that asks again: the money is moved once all the same. */
import { Router } from 'zerowire'
import { LazyPirate, Once } from 'zerowire/patterns/lazy-pirate'

let balance = 100
const once = new Once<string>()

// Answers as a REP would, but for the very first request, to which it never replies.
const server = new Router()
await server.bind('tcp://127.0.0.1:*')
const serving = (async () => {
  let silent = true
  for await (const [id = '', request = '', , client, number, amount] of server) {
    const reply = await once.answer(String(client), Number(String(number)), () => {
      balance -= Number(String(amount))
      return `${balance} left`
    })
    if (!silent && reply !== undefined) await server.send([id, request, '', reply])
    silent = false
  }
})()

// Who asks, and the number of the request, are part of what is asked.
const client = new LazyPirate(String(server.lastEndpoint), { timeout: 100 })
for (const [number, amount] of [30, 20].entries()) {
  const [reply] = await client.request(['Ann', String(number), String(amount)])
  console.log(`${amount} spent: ${String(reply)}`)
}
console.log(`asked again: ${client.stats.retries}, replies given again: ${once.stats.replayed}`)

// Nobody is there: the client gives up.
await server.close()
await serving
await client.request(['Ann', '2', '10']).catch((error: unknown) => console.log(String(error)))
await client.close()

// Prints:
//   30 spent: 70 left
//   20 spent: 50 left
//   asked again: 1, replies given again: 1
//   ZmqError: No reply in 3 tries of 100 ms
