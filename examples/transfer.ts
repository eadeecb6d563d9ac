// Large memory goes to another thread without a copy, if it is given away.
import { Worker } from 'node:worker_threads'
import { Pair } from 'zerowire'
import { transfer } from 'zerowire/extra'

const worker = `
  import('zerowire').then(async ({ Pair }) => {
    const pair = new Pair()
    pair.connect('inproc://images')
    for await (const [image] of pair) await pair.send(String(image.length))
  })
`

const pair = new Pair()
await pair.bind('inproc://images')
const thread = new Worker(worker, { eval: true, execArgv: [] })

for (let moved = false; !moved;) {
  const image = new Uint8Array(1_000_000)
  await pair.send(transfer(image))
  const [length] = await pair.receive()
  // The first ones are copied, while the threads open the way for it.
  moved = image.length === 0
  if (moved)
    console.log(`${String(length)} bytes have arrived, and ${String(image.length)} are left`)
}
await thread.terminate()

// Prints:
//   1000000 bytes have arrived, and 0 are left
