/**
 * One of two servers: `server.ts <role> <own state> <other's state> <service> <heartbeat>`. It prints
 * what it becomes, and when the other one falls silent what it is then; it replies what it is called.
 */
import { Router } from 'zerowire'
import { BinaryStar } from 'zerowire/patterns/binary-star'

const [role = 'primary', own = '', other = '', service = '', heartbeat] = process.argv.slice(2)
const router = new Router()
await router.bind(service)
const star = new BinaryStar({
  role: role as 'primary' | 'backup',
  heartbeat: Number(heartbeat),
  onActive: () => console.log('active'),
  onPassive: () => console.log('passive'),
})
await star.bind(own)
star.connect(other)
console.log('ready')

let silent = true
setInterval(() => {
  if (star.peerSilent && !silent) console.log(`silent ${star.state}`)
  silent = star.peerSilent
}, Number(heartbeat))

star.ended.catch((error: unknown) => {
  console.log(`fatal ${String((error as Error & { reason?: string }).reason)}`)
  process.exit(1)
})
for await (const [id = '', , body] of router) {
  if (star.vote()) await router.send([id, '', `${role} ${String(body)}`])
}
