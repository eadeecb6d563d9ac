/**
 * A server: `server.ts <zerowire | zeromq> <endpoint> <name> <echo | silent>`. It prints `ready`, then each
 * request; `silent` ones stay without a reply.
 */
import * as native from 'zeromq'
import { FreelanceServer } from 'zerowire/patterns/freelance'

const [library, endpoint = '', name = '', manner] = process.argv.slice(2)

const work = (request: { toString(): string }[]): string[] => {
  console.log(`got ${request.map(String).join(' ')}`)
  return manner === 'silent' ? [] : [`${name} did ${request.map(String).join(' ')}`]
}

if (library === 'zeromq') {
  const server = new native.Router({ routingId: endpoint })
  await server.bind(endpoint)
  console.log('ready')
  for await (const [id = '', control = '', ...body] of server) {
    if (body.length === 0) await server.send([id, 'PONG'])
    else {
      const reply = work(body)
      if (reply.length > 0) await server.send([id, control, ...reply])
    }
  }
} else {
  const server = new FreelanceServer(work)
  await server.bind(endpoint)
  console.log('ready')
  await server.ended
}
