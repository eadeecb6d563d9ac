/**
 * A worker for `work`: `worker.ts <endpoint> <whole | request | partial>`. It prints `ready`, and the
 * requests that come; all but `whole` then stay as they are, at this stage of the request.
 */
import { Worker } from 'zerowire/patterns/majordomo'

const HOUR = 3_600_000
const [endpoint = '', stage] = process.argv.slice(2)
const forEver = new Promise<never>(() => setTimeout(() => undefined, HOUR))

new Worker(
  endpoint,
  'work',
  async function* (request) {
    console.log(`got ${request.map(String).join(' ')}`)
    if (stage === 'request') await forEver
    yield 'part'
    if (stage === 'partial') await forEver
    return ['done', ...request]
  },
  { heartbeatInterval: HOUR },
)
console.log('ready')
