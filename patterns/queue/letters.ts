import { milliseconds, whole } from '../common/checks.js'
import { Line } from './heap.js'
import type { Holder, Letter } from './letter.js'
import { name } from './protocol.js'

/** What a queue is like. */
export interface QueueOptions {
  /** How many messages it holds, those included that are being processed. Default: 100,000. */
  readonly maxLength?: number
  /** How many bytes of bodies and properties it holds. Default: 64 MiB. */
  readonly maxBytes?: number
  /**
   * After how many milliseconds a message that a consumer has received and not acknowledged goes to
   * another one. Default: 30,000.
   */
  readonly visibility?: number
  /** How often a message is delivered at most. Default: without end. */
  readonly maxDeliveries?: number
  /**
   * The queue for messages that were delivered so often, have expired or were rejected. Without it,
   * they are deleted, and counted.
   */
  readonly deadLetters?: string
}

/** The same, complete and checked. */
export interface Policy extends Required<Omit<QueueOptions, 'deadLetters'>> {
  readonly deadLetters: string | undefined
}

export function policyOf(options: QueueOptions): Policy {
  const { maxLength = 100_000, maxBytes = 64 * 1024 * 1024, visibility = 30_000 } = options
  const { maxDeliveries = Infinity, deadLetters } = options
  if (maxDeliveries !== Infinity) whole('maxDeliveries', maxDeliveries)
  if (deadLetters !== undefined) name('the queue of dead letters', deadLetters)
  return {
    maxLength: whole('maxLength', maxLength),
    maxBytes: whole('maxBytes', maxBytes),
    visibility: milliseconds('visibility', visibility),
    maxDeliveries,
    deadLetters,
  }
}

/** The messages of a queue, in memory. What is to survive is for the broker to write. */
export class Letters {
  readonly name: string
  readonly policy: Policy
  /** What can be received, in order; with some that have gone since. */
  readonly #ready = new Line<Letter>()
  readonly #all = new Map<number, Letter>()
  /** Those that time changes while nobody has them. */
  readonly timed: Set<Letter> = new Set<Letter>()
  /** With room that is reserved for what is under way to the store. */
  #length = 0
  #bytes = 0
  #delayed = 0
  #leased = 0

  constructor(name: string, policy: Policy) {
    this.name = name
    this.policy = policy
  }

  get length(): number {
    return this.#length
  }

  get facts(): QueueFacts {
    const [length, delayed, inFlight] = [this.#all.size, this.#delayed, this.#leased]
    const ready = length - delayed - inFlight
    return { length, ready, delayed, inFlight, bytes: this.#bytes }
  }

  get(number: number): Letter | undefined {
    return this.#all.get(number)
  }

  /** Takes up room for a message, if there is any. */
  reserve(bytes: number): boolean {
    const { maxLength, maxBytes } = this.policy
    if (this.#length >= maxLength || this.#bytes + bytes > maxBytes) return false
    this.force(bytes)
    return true
  }

  /** The same for one that is in the store already. */
  force(bytes: number): void {
    this.#length++
    this.#bytes += bytes
  }

  /** What room was reserved for. */
  add(letter: Letter): void {
    this.#all.set(letter.number, letter)
    if (letter.due > 0 || letter.expires > 0) this.timed.add(letter)
    this.#enter(letter, letter.due > 0 ? 'delayed' : 'ready')
  }

  /** The next one that can be received. */
  first(): Letter | undefined {
    for (;;) {
      const letter = this.#ready.peek()
      if (letter === undefined || letter.state === 'ready') return letter
      this.#ready.drop()
    }
  }

  /** Of the first. */
  lease(letter: Letter, holder: Holder, until: number): void {
    this.#ready.drop()
    this.#enter(letter, 'leased')
    letter.holder = holder
    letter.until = until
    holder.held.add(letter)
  }

  /** Can be received by others again, at once or when it is due. */
  putBack(letter: Letter, due = 0): void {
    letter.due = due
    if (due > 0) this.timed.add(letter)
    else if (letter.expires === 0) this.timed.delete(letter)
    this.#enter(letter, due > 0 ? 'delayed' : 'ready')
  }

  /** Is no longer for anybody, but still there. */
  move(letter: Letter): void {
    this.timed.delete(letter)
    this.#enter(letter, 'moving')
  }

  remove(letter: Letter): void {
    this.#all.delete(letter.number)
    this.#length--
    this.#bytes -= letter.size
  }

  #enter(letter: Letter, state: Letter['state']): void {
    if (letter.state === 'delayed') this.#delayed--
    if (letter.state === 'leased') this.#leased--
    letter.holder?.held.delete(letter)
    letter.holder = undefined
    if (state === 'delayed') this.#delayed++
    if (state === 'leased') this.#leased++
    // One that has been overtaken by its deletion may still be among them.
    if (state === 'ready') this.#ready.push(letter)
    letter.state = state
  }
}

/** What a queue holds at this moment. */
export interface QueueFacts {
  /** All of its messages. */
  readonly length: number
  /** Those that can be received now, and those that are being deleted. */
  readonly ready: number
  /** Those that are not due yet. */
  readonly delayed: number
  /** Those that a consumer has and has not acknowledged. */
  readonly inFlight: number
  /** What `maxBytes` bounds. */
  readonly bytes: number
}
