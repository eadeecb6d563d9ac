/**
 * One server of a pair: `server.ts <role> <heartbeat> <own places> <other's places>`, the places as JSON
 * with `state` among them. It prints `ready`, and from then on what it is whenever that changes.
 */
import { CloneServer, type CloneEndpoints } from 'zerowire/patterns/clone'

interface Places extends CloneEndpoints {
  readonly state: string
}

const [role, heartbeat, ...places] = process.argv.slice(2)
const [own, other] = places.map((text) => JSON.parse(text) as Places)
if (!own || !other) throw new Error('a server needs its own places and those of the other')
const server = new CloneServer({
  role: role as 'primary' | 'backup',
  heartbeat: Number(heartbeat),
})
await server.bind(own)
await server.star?.bind(own.state)
server.star?.connect(other.state)
server.connectPeer(other)
console.log('ready')

let told = ''
setInterval(() => {
  const is = server.ready ? 'ready to take over' : (server.star?.state ?? '')
  if (is !== told) console.log(is)
  told = is
}, 10)
await server.ended
