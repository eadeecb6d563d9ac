/**
 * Sends numbers, some at a time, from the one that it is told to begin with, and prints each that
 * the broker has confirmed, until it is killed. When it is told to stop, it ends behind those that
 * are under way. Argument: endpoint.
 */
import { say } from '../../../common/test/say.js'
import { Producer } from '../../index.js'
import { cues } from '../cues.js'

const [endpoint = ''] = process.argv.slice(2)
const told = cues()
let next = Number((await told.next()).value)
let isOver = false
void told.next().then(() => (isOver = true))

const producer = new Producer(endpoint, { name: 'producer', retry: 200 })

async function sendOn(): Promise<void> {
  while (!isOver) {
    const number = next++
    await producer.send('numbers', `body ${number}`, { id: String(number) })
    say(String(number))
  }
}

await Promise.all(Array.from({ length: 40 }, sendOn))
say('done')
process.exit()
