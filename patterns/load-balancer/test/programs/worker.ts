/**
 * A worker: `worker.ts <zerowire | zeromq> <endpoint> <name> <echo | silent>`. It prints each request;
 * `silent` ones stay without a reply. That of `zeromq` is the guide's: a REQ, which does not notice
 * that its queue has left.
 */
import * as native from 'zeromq'
import { LoadBalancerWorker } from 'zerowire/patterns/load-balancer'

const [library, endpoint = '', name = '', manner] = process.argv.slice(2)

async function reply(request: { toString(): string }[]): Promise<string> {
  console.log(`got ${request.map(String).join(' ')}`)
  if (manner === 'silent') await new Promise<never>(() => setInterval(() => undefined, 60_000))
  return `${name} did ${request.map(String).join(' ')}`
}

console.log('started')
if (library === 'zeromq') {
  const worker = new native.Request()
  worker.connect(endpoint)
  await worker.send('\x01')
  for await (const message of worker) {
    const start = message.findIndex((frame) => frame.length === 0) + 1
    await worker.send([...message.slice(0, start), await reply(message.slice(start))])
  }
} else {
  await new LoadBalancerWorker(endpoint, reply).ended
}
