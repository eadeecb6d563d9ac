/**
 * Receives numbers, from the moment it is told to, prints each of them, acknowledges it, and prints
 * it again when that was confirmed, until it is killed. When it is told to stop, it ends when all is
 * confirmed. Argument: endpoint.
 */
import { say } from '../../../common/test/say.js'
import { Consumer } from '../../index.js'
import { cues } from '../cues.js'

const [endpoint = ''] = process.argv.slice(2)
const told = cues()
await told.next()
const consumer = new Consumer(endpoint, 'numbers', { prefetch: 50, heartbeat: 200, retry: 200 })
void told.next().then(() => consumer.close())
for await (const delivery of consumer) {
  const { id, body } = delivery
  if (body.toString() !== `body ${id}`) throw new Error(`${id} has another body`)
  say(`got ${id}`)
  void delivery.ack().then(() => say(`acked ${id}`))
}
await consumer.close()
say('done')
process.exit()
