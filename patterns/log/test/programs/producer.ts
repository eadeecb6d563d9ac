/** Appends without end, and prints what was stored where: `name number partition offset`. */
import { LogProducer } from 'zerowire/patterns/log'

const [, , address = '', name = ''] = process.argv
const producer = new LogProducer({ timeout: 300 })
producer.connect(address)
let number = 0

async function appendOn(): Promise<void> {
  for (;;) {
    const own = number++
    const { partition, offset } = await producer.append('work', `key:${own % 50}`, `${name} ${own}`)
    console.log(`${name} ${own} ${partition} ${offset}`)
  }
}

await Promise.all(Array.from({ length: 8 }, appendOn))
