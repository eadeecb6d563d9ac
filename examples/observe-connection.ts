/** The events of a socket tell what becomes of its connections, and who is at the other end. */

import { Dealer, Router } from 'zerowire'

const server = new Router()
const client = new Dealer({ routingId: 'ada' })

server.events.on('bind', ({ address }) => console.log(`listening at ${address}`))

server.events.on('accept', ({ connection, remoteAddress }) => {
  console.log(`connection ${connection ?? '?'} is from ${remoteAddress ?? '?'}`)
})

server.events.on('handshake', ({ connection, peer }) => {
  const name = new TextDecoder().decode(peer.routingId)
  console.log(
    `connection ${connection ?? '?'} is to a ${peer.socketType} that calls itself ${name}`,
  )
})

const left = new Promise<void>((resolve) => {
  server.events.on('disconnect', ({ connection }) => {
    console.log(`connection ${connection ?? '?'} has ended`)
    resolve()
  })
})

await server.bind('tcp://127.0.0.1:*')
client.connect(String(server.lastEndpoint))
await client.send('hello')
await server.receive()
await client.close()
await left
await server.close()

// Prints:
//   listening at tcp://127.0.0.1:…
//   connection … is from tcp://127.0.0.1:…
//   connection … is to a DEALER that calls itself ada
//   connection … has ended
