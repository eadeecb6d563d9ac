import type { Message } from 'zerowire/extra'
import type { Clock } from '../clock/index.js'
import { deferred } from '../common/deferred.js'
import { pages, type Change, type Store } from '../store/index.js'
import { Ids } from './ids.js'
import { IDS, boundsOf, keyOf, MESSAGES, partsOf } from './keys.js'
import { Letter, type Holder } from './letter.js'
import { Letters, policyOf, type QueueOptions } from './letters.js'
import { Numbers } from './numbers.js'
import { parseHead } from './protocol.js'

/** What has happened to messages since the start. */
export interface QueueStats {
  /** Taken from producers. */
  sent: number
  /** Sent again by producers that had no answer, and not taken twice. */
  duplicates: number
  /** Refused: no room, too large, or malformed. */
  refused: number
  /** Handed to consumers. */
  delivered: number
  /** Acknowledged. */
  deleted: number
  /** Given back by consumers, or kept too long, or held by one that has gone. */
  failed: number
  /** Not received before their time was over. */
  expired: number
  /** Moved to a queue of dead letters. */
  deadLettered: number
  /** Expired, rejected or delivered too often, and deleted: there was no queue for them, or no room. */
  dropped: number
}

/** What the queues are made of. */
export interface QueuesOptions {
  readonly store: Store
  readonly clock: Clock
  readonly queues: Readonly<Partial<Record<string, QueueOptions>>>
  readonly defaults: QueueOptions
  readonly maxQueues: number
  readonly maxProducers: number
  readonly maxMessageSize: number
}

/** Why a message is refused. */
export type Refusal = 'EINVAL' | 'EMSGSIZE' | 'ENOBUFS'

/** Why a message is dead. */
type Death = 'expired' | 'rejected' | 'undeliverable'

/** All queues: in memory, and each change in the store before anybody hears of it. */
export class Queues {
  readonly stats: QueueStats = {
    ...{ sent: 0, duplicates: 0, refused: 0, delivered: 0, deleted: 0, failed: 0 },
    ...{ expired: 0, deadLettered: 0, dropped: 0 },
  }
  /** Queues that have messages for consumers, since somebody has looked. */
  readonly fresh: Set<Letters> = new Set<Letters>()
  readonly #options: QueuesOptions
  readonly #queues = new Map<string, Letters>()
  readonly #ids: Ids
  readonly #numbers: Numbers
  /** What goes to the store next, and what is to be done then. */
  #changes: Change[] = []
  #after: (() => void)[] = []
  #wake = deferred<undefined>()

  constructor(options: QueuesOptions, numbers: Numbers, ids: Ids) {
    this.#options = options
    this.#numbers = numbers
    this.#ids = ids
    policyOf(options.defaults)
    for (const [name, own] of Object.entries(options.queues)) {
      this.#queues.set(name, new Letters(name, policyOf({ ...options.defaults, ...own })))
    }
  }

  /** With what the store has of them. */
  static async read(options: QueuesOptions): Promise<Queues> {
    const { store } = options
    const ids = new Ids(options.maxProducers)
    await ids.read(store)
    const queues = new Queues(options, await Numbers.read(store), ids)
    for await (const page of pages(store, ...boundsOf(MESSAGES))) {
      for (const { key, value } of page) {
        const { words, number } = partsOf(MESSAGES, key)
        const letters = queues.#make(words[0] ?? '')
        const letter = Letter.read(number, value)
        letters.force(letter.size)
        letters.add(letter)
      }
    }
    queues.tick()
    return queues
  }

  get size(): number {
    return this.#queues.size
  }

  all(): Iterable<Letters> {
    return this.#queues.values()
  }

  find(name: string): Letters | undefined {
    return this.#queues.get(name)
  }

  /** The queue of this name. Undefined when there are too many others. */
  get(name: string, isIdle: (letters: Letters) => boolean): Letters | undefined {
    const known = this.#queues.get(name)
    if (known || this.#queues.size < this.#options.maxQueues) return known ?? this.#make(name)
    // One that is empty, and that nobody has asked for, is nothing but a name.
    for (const [other, letters] of this.#queues) {
      if (letters.length > 0 || other in this.#options.queues || !isIdle(letters)) continue
      this.#queues.delete(other)
      return this.#make(name)
    }
    return undefined
  }

  #make(name: string): Letters {
    const known = this.#queues.get(name)
    if (known) return known
    const letters = new Letters(name, policyOf(this.#options.defaults))
    this.#queues.set(name, letters)
    return letters
  }

  // --- the three operations

  /**
   * Takes messages, each a head and a body.
   * @param done is told, when all that are taken are in the store, which ones are not, and why.
   */
  send(
    letters: Letters,
    producer: string,
    frames: readonly Message[],
    done: (refused: readonly (readonly [index: number, why: Refusal])[]) => void,
  ): void {
    const refused: [number, Refusal][] = []
    const taken: Letter[] = []
    const ids: string[] = []
    const changes: Change[] = []
    const window = this.#ids.of(letters.name, producer)
    const sent = this.#options.clock.date()
    for (let i = 0; i < frames.length; i += 2) {
      const [frame, body] = [frames[i], frames[i + 1]]
      const head = frame && parseHead(frame)
      if (!frame || !body || !head) refused.push([i / 2, 'EINVAL'])
      else if (window.has(head.id)) this.stats.duplicates++
      else {
        const why = this.#refusal(letters, frame.length, body.length)
        if (why !== undefined) {
          refused.push([i / 2, why])
          continue
        }
        window.add(head.id)
        ids.push(head.id)
        const due = head.delay > 0 ? sent + head.delay : 0
        const expires = head.ttl === undefined ? 0 : sent + head.ttl
        const facts = { sent, due, expires, failures: 0, death: '' }
        const letter = Letter.write(this.#numbers.next(changes), facts, frame, body)
        changes.push(put(letters, letter))
        taken.push(letter)
      }
    }
    const [first] = taken
    if (first) {
      const names = [letters.name, producer] as const
      const group = { key: keyOf(IDS, names, first.number), number: first.number, ids }
      this.#ids.keep(names, group, changes)
    }
    this.#ids.bound(changes)
    this.stats.sent += taken.length
    this.stats.refused += refused.length
    this.#commit(changes, () => {
      for (const letter of taken) letters.add(letter)
      this.fresh.add(letters)
      done(refused)
    })
  }

  /** The next message, which nobody else receives until then, unless it is given back. */
  receive(letters: Letters, holder: Holder): Letter | undefined {
    const { clock } = this.#options
    for (;;) {
      const letter = letters.first()
      if (!letter) return undefined
      if (letter.expires === 0 || letter.expires > clock.date()) {
        letters.lease(letter, holder, clock.now() + letters.policy.visibility)
        this.stats.delivered++
        return letter
      }
      this.#expire(letters, letter)
    }
  }

  /** Deletes messages, whoever has them. Those that are not there any more are none. */
  delete(letters: Letters, numbers: readonly number[], done: () => void): void {
    const changes: Change[] = []
    const gone: Letter[] = []
    for (const number of numbers) {
      const letter = letters.get(number)
      if (!letter || letter.state === 'moving') continue
      letters.move(letter)
      gone.push(letter)
      changes.push({ key: keyOf(MESSAGES, [letters.name], number) })
    }
    this.stats.deleted += gone.length
    this.#commit(changes, () => {
      for (const letter of gone) letters.remove(letter)
      done()
    })
  }

  // --- what is made of them

  /** Once more for everybody, or when it is due, or dead after too many times. */
  fail(letters: Letters, letter: Letter, delay = 0): void {
    this.stats.failed++
    letter.failures++
    const isDead = letter.failures >= letters.policy.maxDeliveries
    if (isDead && this.#bury(letters, letter, 'undeliverable')) return
    letters.putBack(letter, delay > 0 ? this.#options.clock.date() + delay : 0)
    this.#commit([put(letters, letter.with({}))])
    this.fresh.add(letters)
  }

  /** As if it had not been received. */
  release(letters: Letters, letter: Letter): void {
    letters.putBack(letter)
    this.fresh.add(letters)
  }

  /** For nobody any more. */
  reject(letters: Letters, letter: Letter): void {
    if (!this.#bury(letters, letter, 'rejected')) this.fail(letters, letter)
  }

  /** What time changes. */
  tick(): void {
    const date = this.#options.clock.date()
    for (const letters of this.#queues.values()) {
      for (const letter of letters.timed) {
        if (letter.state === 'leased') continue
        if (letter.expires > 0 && letter.expires <= date) this.#expire(letters, letter)
        else if (letter.state === 'delayed' && letter.due <= date) this.release(letters, letter)
      }
    }
  }

  /** Resolves when everything up to now is in the store. */
  settled(done: () => void): void {
    this.#commit([], done)
  }

  #expire(letters: Letters, letter: Letter): void {
    this.stats.expired++
    if (!this.#bury(letters, letter, 'expired')) this.#drop(letters, letter)
  }

  /** @returns false when there is no room where it is to go. */
  #bury(letters: Letters, letter: Letter, death: Death): boolean {
    const { deadLetters } = letters.policy
    if (deadLetters === undefined) {
      this.#drop(letters, letter)
      return true
    }
    const target = this.get(deadLetters, () => false)
    if (!target?.reserve(letter.size)) return false
    const changes: Change[] = [{ key: keyOf(MESSAGES, [letters.name], letter.number) }]
    const facts = { due: 0, expires: 0, failures: 0, death: `${death} ${letters.name}` }
    const copy = letter.with(facts, this.#numbers.next(changes))
    changes.push(put(target, copy))
    letters.move(letter)
    this.stats.deadLettered++
    this.#commit(changes, () => {
      letters.remove(letter)
      target.add(copy)
      this.fresh.add(target)
    })
    return true
  }

  #drop(letters: Letters, letter: Letter): void {
    this.stats.dropped++
    letters.move(letter)
    const key = keyOf(MESSAGES, [letters.name], letter.number)
    this.#commit([{ key }], () => letters.remove(letter))
  }

  #refusal(letters: Letters, head: number, body: number): Refusal | undefined {
    const { maxMessageSize } = this.#options
    if (head > 0xffff || head + body > maxMessageSize) return 'EMSGSIZE'
    return letters.reserve(head + body) ? undefined : 'ENOBUFS'
  }

  // --- the store

  #commit(changes: readonly Change[], after?: () => void): void {
    for (const change of changes) this.#changes.push(change)
    if (after) this.#after.push(after)
    this.#wake.resolve(undefined)
  }

  /**
   * Takes what has gathered to the store, again and again until `isOver`: one write at a time, with
   * all that has come up during the one before.
   * @param written is called after each.
   */
  async run(isOver: () => boolean, written: () => void): Promise<void> {
    while (!isOver()) {
      await this.#wake.promise
      this.#wake = deferred()
      const [changes, after] = [this.#changes, this.#after]
      this.#changes = []
      this.#after = []
      if (changes.length > 0) await this.#options.store.write(changes)
      if (isOver()) return
      for (const call of after) call()
      written()
    }
  }

  /** Lets `run()` see that it is over. */
  stop(): void {
    this.#wake.resolve(undefined)
  }
}

function put(letters: Letters, letter: Letter): Change {
  return { key: keyOf(MESSAGES, [letters.name], letter.number), value: letter.bytes }
}
