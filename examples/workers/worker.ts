// The worker of main.ts: it binds a name, and answers whoever connects to it.
import { Reply } from 'zerowire'
import { transfer } from 'zerowire/extra'
import { shareInproc } from 'zerowire/workers'

shareInproc(globalThis)

const reply = new Reply()
await reply.bind('inproc://brighten')

for await (const [pixels = new Uint8Array()] of reply) {
  for (let at = 0; at < pixels.length; at++) pixels[at] = Math.min((pixels[at] ?? 0) + 50, 255)
  // Moved back to the page: what is given away is not copied.
  await reply.send(transfer(pixels))
}
