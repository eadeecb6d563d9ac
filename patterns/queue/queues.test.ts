import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ManualClock } from 'zerowire/patterns/clock'
import { MemoryStore } from 'zerowire/patterns/store'
import { holds, holdsLater } from '../../test/support/property.js'
import { Heap, Line } from './heap.js'
import type { Holder, Letter } from './letter.js'
import { Queues } from './queues.js'
import { until } from '../../test/support/turn.js'

describe.each([
  ['a heap', () => new Heap<{ number: number }>()],
  ['a line', () => new Line<{ number: number }>()],
] as const)('%s', (_name, make) => {
  it('gives back the least number first, whatever comes in between', () => {
    const steps = fc.array(fc.option(fc.integer({ min: 0, max: 50 })), { maxLength: 400 })
    const property = fc.property(steps, (numbers) => {
      const heap = make()
      const model: number[] = []
      for (const number of numbers) {
        if (number === null) {
          expect(heap.peek()?.number).toBe(model.shift())
          if (heap instanceof Line) heap.drop()
          else heap.pop()
        } else {
          heap.push({ number })
          model.push(number)
          model.sort((a, b) => a - b)
        }
      }
    })
    holds(property)
  })
})

/** A message as it should be. */
interface Expected {
  readonly id: string
  readonly order: number
  due: number
  readonly expires: number
  failures: number
  isLeased: boolean
}

function textOf({ body }: Letter): string {
  return Buffer.from(body).toString()
}

const MAX_DELIVERIES = 3
const MAX_LENGTH = 12

/** A queue and its dead letters, with what they should be beside them. */
class Double {
  readonly clock = new ManualClock(1000)
  readonly store = new MemoryStore()
  readonly expected: Expected[] = []
  readonly dead: string[] = []
  readonly sent = new Set<string>()
  queues!: Queues
  holder: Holder = { held: new Set() }
  #isOver = false
  #running: Promise<void> = Promise.resolve()
  #orders = 0

  async open(): Promise<void> {
    this.#isOver = true
    this.queues?.stop()
    await this.#running
    this.#isOver = false
    this.holder = { held: new Set() }
    for (const message of this.expected) message.isLeased = false
    const q = { maxDeliveries: MAX_DELIVERIES, deadLetters: 'dead', maxLength: MAX_LENGTH }
    this.queues = await Queues.read({
      ...{ store: this.store, clock: this.clock, defaults: {}, queues: { q } },
      ...{ maxQueues: 10, maxProducers: 10, maxMessageSize: 100 },
    })
    const { queues } = this
    this.#running = queues.run(
      () => this.#isOver,
      () => undefined,
    )
    this.#pass()
  }

  get q() {
    const letters = this.queues.get('q', () => false)
    if (!letters) throw new Error('no queue')
    return letters
  }

  async settled(): Promise<void> {
    let isSettled = false
    this.queues.settled(() => (isSettled = true))
    await until(() => isSettled)
  }

  async send(id: string, delay: number, ttl: number | undefined): Promise<void> {
    const head = [id, delay, ...(ttl === undefined ? [] : [ttl])].join(' ')
    const refused: unknown[] = []
    const frames = [Buffer.from(head), Buffer.from(id)]
    this.queues.send(this.q, 'p', frames, (some) => refused.push(...some))
    await this.settled()
    const isNew = !this.sent.has(id)
    const isFull = this.expected.length >= MAX_LENGTH
    expect(refused).toEqual(isNew && isFull ? [[0, 'ENOBUFS']] : [])
    if (!isNew || isFull) return
    this.sent.add(id)
    const now = this.clock.date()
    const due = delay > 0 ? now + delay : 0
    const expires = ttl === undefined ? Infinity : now + ttl
    this.expected.push({ id, order: this.#orders++, due, expires, failures: 0, isLeased: false })
  }

  receive(): Letter | undefined {
    const letter = this.queues.receive(this.q, this.holder)
    // It looks at those that are ready, up to the first that has not expired.
    const ready = this.expected.filter(({ isLeased, due }) => !isLeased && due === 0)
    for (const message of ready) {
      if (message.expires <= this.clock.date()) this.#bury(message)
      else {
        message.isLeased = true
        expect(letter && textOf(letter)).toBe(message.id)
        expect(letter?.failures).toBe(message.failures)
        return letter
      }
    }
    expect(letter).toBeUndefined()
    return undefined
  }

  #bury(message: Expected): void {
    this.expected.splice(this.expected.indexOf(message), 1)
    this.dead.push(message.id)
  }

  find(letter: Letter): Expected {
    const message = this.expected.find(({ id }) => id === textOf(letter))
    if (!message) throw new Error('a message that should not be there')
    return message
  }

  fail(letter: Letter, delay: number): void {
    const message = this.find(letter)
    this.queues.fail(this.q, letter, delay)
    message.isLeased = false
    message.failures++
    message.due = delay > 0 ? this.clock.date() + delay : 0
    if (message.failures >= MAX_DELIVERIES) this.#bury(message)
  }

  reject(letter: Letter): void {
    const message = this.find(letter)
    this.queues.reject(this.q, letter)
    this.#bury(message)
  }

  async delete(letter: Letter): Promise<void> {
    this.expected.splice(this.expected.indexOf(this.find(letter)), 1)
    this.queues.delete(this.q, [letter.number], () => undefined)
    await this.settled()
  }

  tick(milliseconds: number): void {
    this.clock.advance(milliseconds)
    this.queues.tick()
    this.#pass()
  }

  /** What time does. */
  #pass(): void {
    for (const message of this.expected.filter(({ isLeased }) => !isLeased)) {
      if (message.expires <= this.clock.date()) this.#bury(message)
      else if (message.due <= this.clock.date()) message.due = 0
    }
  }

  async check(): Promise<void> {
    await this.settled()
    const { length, delayed, inFlight } = this.q.facts
    const leased = this.expected.filter(({ isLeased }) => isLeased).length
    const late = this.expected.filter(({ isLeased, due }) => !isLeased && due > 0).length
    expect({ length, delayed, inFlight }).toEqual({
      ...{ length: this.expected.length, delayed: late, inFlight: leased },
    })
    expect(this.queues.find('dead')?.length ?? 0).toBe(this.dead.length)
    const kept = await this.store.range(Buffer.from('qm/'), Buffer.from('qm0'))
    expect(kept).toHaveLength(this.expected.length + this.dead.length)
  }
}

type Step =
  | { readonly do: 'send'; readonly id: number; readonly delay: number; readonly ttl?: number }
  | { readonly do: 'receive' | 'delete' | 'reject' | 'restart' }
  | { readonly do: 'fail' | 'tick'; readonly time: number }

const time = fc.constantFrom(0, 10, 50)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('send' as const), id: fc.nat(40), delay: time }),
  },
  fc.record({
    ...{ do: fc.constant('send' as const), id: fc.nat(40), delay: time },
    ttl: fc.constantFrom(0, 20, 60),
  }),
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('receive' as const, 'delete' as const) }),
  },
  fc.record({ do: fc.constantFrom('reject' as const, 'restart' as const) }),
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('fail' as const, 'tick' as const), time }),
  },
)

describe('queues', () => {
  it('are what they should be after any steps, and after any restart', async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const double = new Double()
      await double.open()
      for (const next of steps) {
        const [held] = double.holder.held
        if (next.do === 'send') await double.send(`m${next.id}`, next.delay, next.ttl)
        else if (next.do === 'receive') double.receive()
        else if (next.do === 'tick') double.tick(next.time)
        else if (next.do === 'restart') await double.open()
        else if (!held) continue
        else if (next.do === 'fail') double.fail(held, next.time)
        else if (next.do === 'reject') double.reject(held)
        else await double.delete(held)
        await double.check()
      }
    })
    await holdsLater(property, 150)
  })
})
