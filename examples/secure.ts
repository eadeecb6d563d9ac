/**
 * Both ends of a conversation that nobody else can read or take part in: keys (CURVE), and a function
 * that says whose are welcome. Keys are made once, and kept in files: see key-store.ts.
 */

import { curveKeyPair, Reply, Request } from 'zerowire'
import { peerOf } from 'zerowire/extra'

const keys = { server: curveKeyPair(), anna: curveKeyPair() }

const users = new Map([[keys.anna.publicKey, 'anna']])
const server = new Reply({ curveServer: true, curveSecretKey: keys.server.secretKey })
server.authenticate = ({ publicKey = '' }) => users.get(publicKey)
await server.bind('tcp://127.0.0.1:*')

const { publicKey, secretKey } = keys.anna
const client = new Request({ curvePublicKey: publicKey, curveSecretKey: secretKey })
client.curveServerKey = keys.server.publicKey
client.connect(String(server.lastEndpoint))
await client.send('hello')

const question = await server.receive()
console.log(`${peerOf(question)?.userId}: ${String(question[0])}`)

// A stranger has keys as well, but nobody knows them: he is told so, and does not come back.
const { publicKey: unknown, secretKey: of } = curveKeyPair()
const stranger = new Request({ curvePublicKey: unknown, curveSecretKey: of })
stranger.curveServerKey = keys.server.publicKey
stranger.events.on('handshake:error:auth', ({ error }) => {
  console.log(`stranger: ${error.message} (${error.status})`)
})
const refused = new Promise((resolve) => {
  stranger.events.on('disconnect', resolve)
})
stranger.connect(String(server.lastEndpoint))
await refused

for (const socket of [client, stranger, server]) await socket.close()

// Prints:
//   anna: hello
//   stranger: Authentication failure (400)
