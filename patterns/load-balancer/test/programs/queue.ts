/** A queue: `queue.ts <front end> <back end>`. */
import { LoadBalancer } from 'zerowire/patterns/load-balancer'

const [frontEnd = '', backEnd = ''] = process.argv.slice(2)
const queue = new LoadBalancer()
await queue.bind(frontEnd, backEnd)
console.log('ready')
await queue.ended
