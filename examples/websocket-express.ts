/** An Express app and a Publisher on one port: pages come over http://, news over ws://. */

import express from 'express'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import { Publisher, Subscriber } from 'zerowire'

const app = express()
app.get('/hello', (_request, response) => {
  response.send('hello from Express')
})
const server = createServer(app)

const news = new Publisher()
await news.bind('ws://*:*/news', { server })
server.listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const { port } = server.address() as AddressInfo

const page = await fetch(`http://127.0.0.1:${port}/hello`)
console.log(await page.text())

const reader = new Subscriber()
reader.subscribe('weather')
reader.connect(`ws://127.0.0.1:${port}/news`)

// A publisher does not wait for its subscribers: it says the same until one has heard it.
const heard = reader.receive()
const saying = setInterval(() => void news.send(['weather', 'sunny']), 10)
console.log((await heard).join(': '))
clearInterval(saying)

await reader.close()
await news.close()
server.close()

// Prints:
//   hello from Express
//   weather: sunny
