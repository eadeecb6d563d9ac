/**
 * Programs written for zeromq 5 go on as they are, with events and callbacks: only the name of the
 * module changes. What is new is better written with the classes of the main entry.
 */

import zmq from 'zerowire/v5-compat'

const server = zmq.socket('router')
const client = zmq.socket('dealer', { identity: 'client-1' })

server.on('message', (identity: Buffer, ...words: Buffer[]) => {
  console.log(`${identity.toString()} asks: ${words.join(' ')}`)
  server.send([identity, `it has ${String(words.length)} words`])
})

client.on('message', (answer: Buffer) => {
  console.log(answer.toString())
  client.close()
  server.close()
})

server.monitor().on('accept', () => {
  console.log('somebody has come')
})

server.bind('tcp://127.0.0.1:*', (error) => {
  if (error) throw error
  client.connect(String(server['last_endpoint']))
  client.send('how', zmq.ZMQ_SNDMORE).send(['long', 'is', 'this'])
})

// Prints:
//   somebody has come
//   client-1 asks: how long is this
//   it has 4 words
