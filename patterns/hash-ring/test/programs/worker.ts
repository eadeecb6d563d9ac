/** A worker in a process of its own, which answers with its name, and never if the body is `silent`. */
import { HashWorker } from 'zerowire/patterns/hash-ring'

const [, , address = '', name = ''] = process.argv
const worker = new HashWorker(name, async (_key, [body]) => {
  console.log(`has ${String(body)}`)
  if (String(body) === 'silent') await new Promise(() => undefined)
  return name
})
worker.connect(address)
await worker.ready
console.log('ready')
