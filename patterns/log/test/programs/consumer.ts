/** Reads for a group, prints what it has: `name number partition offset`, and commits it. */
import { LogConsumer } from 'zerowire/patterns/log'

const [, , address = '', tail = ''] = process.argv
const consumer = new LogConsumer('work', { group: 'workers', interval: 50, timeout: 300 })
consumer.connect(address, tail)
for await (const record of consumer) {
  console.log(`${String(record.value)} ${record.partition} ${record.offset}`)
  // It may have gone to another by now, who will do it again.
  consumer.commit(record).catch(() => undefined)
}
