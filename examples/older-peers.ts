/** A peer that speaks ZMTP 1.0, as libzmq 2 did: refused by default, let in by those who ask for it. */

import { once } from 'node:events'
import { connect } from 'node:net'
import { Pull } from 'zerowire'

/** A PUSH of that time, by hand: each frame is its length, flags and body; the first is its name. */
async function sayFromThePast(address: string, text: string): Promise<void> {
  const { hostname, port } = new URL(address.replace('tcp:', 'http:'))
  const socket = connect(Number(port), hostname)
  socket.write(Buffer.of(1, 0))
  socket.end(Buffer.concat([Buffer.of(text.length + 1, 0), Buffer.from(text)]))
  // Whoever hangs up on us may do so in the middle of a word.
  socket.on('error', () => undefined).resume()
  await once(socket, 'close')
}

const strict = new Pull()
strict.events.on('handshake:error:protocol', ({ error }) => console.log(`refused: ${error.reason}`))
await strict.bind('tcp://127.0.0.1:*')
await sayFromThePast(String(strict.lastEndpoint), 'hello')

const tolerant = new Pull({ minimumZmtpVersion: 1 })
tolerant.events.on('handshake', ({ peer }) => console.log(`let in: ${peer.protocol}`))
await tolerant.bind('tcp://127.0.0.1:*')
await sayFromThePast(String(tolerant.lastEndpoint), 'hello from 2010')
const [text] = await tolerant.receive()
console.log(`received: ${String(text)}`)

await strict.close()
await tolerant.close()

// Prints:
//   refused: the peer does not speak ZMTP 3: its first byte is not FF
//   let in: ZMTP/1.0
//   received: hello from 2010
