/**
 * A server of either library: `server.ts <library> <endpoint> <echo | silent>`. It prints `ready`,
 * then each request; `silent` ones stay without a reply.
 */
import * as native from 'zeromq'
import * as zerowire from 'zerowire'

const [library, endpoint = '', manner] = process.argv.slice(2)
const server = new (library === 'zeromq' ? native.Reply : zerowire.Reply)()
await server.bind(endpoint)
console.log('ready')
for (;;) {
  const request = await server.receive()
  console.log(`got ${request.map(String).join(' ')}`)
  if (manner === 'silent') await new Promise<never>(() => setInterval(() => undefined, 60_000))
  await server.send(request.map((part) => `echo ${String(part)}`))
}
