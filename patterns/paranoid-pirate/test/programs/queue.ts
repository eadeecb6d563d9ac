/** A queue: `queue.ts <front end> <back end>`. */
import { ParanoidPirateQueue } from 'zerowire/patterns/paranoid-pirate'

const [frontEnd = '', backEnd = ''] = process.argv.slice(2)
const queue = new ParanoidPirateQueue({ heartbeatInterval: 100 })
await queue.bind(frontEnd, backEnd)
console.log('ready')
await queue.ended
