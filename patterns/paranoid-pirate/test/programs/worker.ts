/**
 * A worker: `worker.ts <endpoint> <name> <echo | silent>`. It prints each request; `silent` ones stay
 * without a reply until the next.
 */
import { ParanoidPirateWorker } from 'zerowire/patterns/paranoid-pirate'

const [endpoint = '', name = '', manner] = process.argv.slice(2)

const worker = new ParanoidPirateWorker(
  endpoint,
  async (request) => {
    console.log(`got ${request.map(String).join(' ')}`)
    if (manner === 'silent') await new Promise<never>(() => setInterval(() => undefined, 60_000))
    return `${name} did ${request.map(String).join(' ')}`
  },
  { heartbeatInterval: 100, reconnectInterval: 50 },
)
console.log('started')
await worker.ended
