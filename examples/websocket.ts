/**
 * Two sockets and a page on one port of a plain server of node:http. Each socket waits at a path of its
 * own; the server keeps all other requests, and goes on when the sockets have left.
 */

import { once } from 'node:events'
import { createServer } from 'node:http'
import { Pull, Push, Reply, Request } from 'zerowire'

const server = createServer((_request, response) => {
  response.end('a page')
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')

// Host and port are the server's; web pages of other origins would be refused.
const allowedOrigins = ['http://127.0.0.1']
const adder = new Reply({ allowedOrigins })
const log = new Pull({ allowedOrigins })
await adder.bind('ws://*:*/add', { server })
await log.bind('ws://*:*/log', { server })

const question = new Request()
const reporter = new Push()
question.connect(String(adder.lastEndpoint))
reporter.connect(String(log.lastEndpoint))

await question.send(['1', '2', '3'])
const numbers = (await adder.receive()).map(Number)
await adder.send(String(numbers.reduce((sum, number) => sum + number)))
const [sum] = await question.receive()
console.log(`1 + 2 + 3 = ${String(sum)}`)

await reporter.send(['info', 'somebody can add'])
console.log((await log.receive()).join(': '))

const { href } = new URL('/', String(adder.lastEndpoint).replace('ws:', 'http:'))
console.log(await (await fetch(href)).text())

for (const socket of [adder, log, question, reporter]) await socket.close()
server.close()

// Prints:
//   1 + 2 + 3 = 6
//   info: somebody can add
//   a page
