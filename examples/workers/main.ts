// A page lets a worker compute, over inproc:// between the two. For browsers, with any bundler.
import { Request } from 'zerowire'
import { transfer } from 'zerowire/extra'
import { shareInproc } from 'zerowire/workers'

/** Makes an image brighter, in a worker. */
export async function brighten(pixels: Uint8Array): Promise<Uint8Array> {
  const url = new URL('worker.ts', import.meta.url)
  const worker = shareInproc(new Worker(url, { type: 'module' }))
  const request = new Request()
  // It need not be bound yet.
  request.connect('inproc://brighten')
  await request.send(transfer(pixels))
  const [brighter = pixels] = await request.receive()
  await request.close()
  worker.terminate()
  return brighter
}
