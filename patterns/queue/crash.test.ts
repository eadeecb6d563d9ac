import { join } from 'node:path'
import { expect, it } from 'vitest'
import { LevelStore } from 'zerowire/patterns/store'
import { freshAddress, temporaryDirectory } from '../../test/support/transports.js'
import { WakeUp } from '../../test/support/wake-up.js'
import { Consumer, QueueBroker } from './index.js'
import { compiled, Part } from './test/troupe.js'

/** How many processes are killed; more with `KILLS=1000`. */
const KILLS = Number(process.env['KILLS'] ?? 100)

/** What the processes have said. */
class Record {
  readonly confirmed = new Set<number>()
  readonly received = new Set<number>()
  readonly acknowledged = new Set<number>()
  /** Received after it was acknowledged, and that confirmed. */
  readonly again: number[] = []
  readonly #news = new WakeUp()
  #brokers = 0
  #done = 0
  #events = 0

  readonly broker = (): void => {
    this.#brokers++
    this.#news.notify()
  }

  readonly producer = (line: string): void => {
    if (line === 'done') this.#done++
    else this.confirmed.add(Number(line))
    this.#note()
  }

  readonly consumer = (line: string): void => {
    const [what, number] = [line.split(' ')[0], Number(line.split(' ')[1])]
    if (what === 'done') this.#done++
    else if (what === 'acked') this.acknowledged.add(number)
    else if (this.acknowledged.has(number)) this.again.push(number)
    else this.received.add(number)
    this.#note()
  }

  /** The first number that a producer does not know to be there. */
  get next(): number {
    let next = 1
    while (this.confirmed.has(next)) next++
    return next
  }

  /** Waits for so many lines of producers and consumers. */
  async events(count: number): Promise<void> {
    const end = this.#events + count
    await this.#news.until(() => (this.#events >= end ? true : undefined))
  }

  async brokers(count: number): Promise<void> {
    await this.#news.until(() => (this.#brokers >= count ? true : undefined))
  }

  /** Waits until so many have ended by themselves. */
  async done(count: number): Promise<void> {
    await this.#news.until(() => (this.#done >= count ? true : undefined))
  }

  /** Waits until all that was confirmed has been received. */
  async drained(): Promise<void> {
    await this.#news.until(() => (this.received.size >= this.confirmed.size ? true : undefined))
  }

  #note(): void {
    this.#events++
    this.#news.notify()
  }
}

it(
  'loses nothing, invents nothing and repeats nothing, whoever is killed',
  // Every kill costs the start of a process and what the disk takes to get hold of hundreds of messages.
  { timeout: KILLS * 6000 },
  async () => {
    const programs = await compiled('patterns/queue/test/programs', [
      'broker',
      'producer',
      'consumer',
    ])
    const [directory, endpoint] = [temporaryDirectory(), freshAddress('ipc')]
    const record = new Record()
    const program = (name: string): string => join(programs, `${name}.mjs`)
    const broker = new Part([program('broker'), directory, endpoint], record.broker)
    const producer = new Part([program('producer'), endpoint], record.producer)
    const consumer = new Part([program('consumer'), endpoint], record.consumer)

    broker.play('go')
    producer.play('1')
    consumer.play('go')
    let brokers = 1
    for (let kills = 0; kills < KILLS; kills++) {
      // At once, or after some hundred messages, or anywhere in between.
      await record.events(Math.floor(Math.random() ** 2 * 500))
      const victim = Math.floor(Math.random() * 3)
      if (victim === 0) {
        await record.brokers(brokers)
        await broker.kill()
        broker.play('go')
        brokers++
      } else if (victim === 1) {
        await producer.kill()
        producer.play(String(record.next))
      } else {
        await consumer.kill()
        consumer.play('go')
      }
    }
    await record.events(100)
    producer.tell('stop')
    await record.done(1)
    await record.drained()
    consumer.tell('stop')
    await record.done(2)

    expect(record.again).toEqual([])
    // Every number up to the last, each of them once.
    const numbers = Array.from(record.confirmed).sort((a, b) => a - b)
    expect(numbers).toEqual(numbers.map((_, i) => i + 1))
    expect(Array.from(record.received).sort((a, b) => a - b)).toEqual(numbers)
    await broker.kill()
    const store = await LevelStore.open(directory)
    const last = await QueueBroker.open({ store })
    // What is still there was with a consumer that was killed, or gave it back: nobody has acknowledged it.
    const rest = freshAddress('ipc')
    await last.bind(rest)
    const lastConsumer = new Consumer(rest, 'numbers')
    while ((last.queue('numbers')?.length ?? 0) > 0) {
      for (const delivery of await lastConsumer.receive()) {
        expect(record.acknowledged).not.toContain(Number(delivery.id))
        await delivery.ack()
      }
    }
    await lastConsumer.close()
    await last.close()
    await store.close()
    expect(numbers.length).toBeGreaterThan(KILLS)
  },
)
