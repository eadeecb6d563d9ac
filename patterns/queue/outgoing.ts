import type { Router } from 'zerowire'
import type { Message } from 'zerowire/extra'
import type { Holder, Letter } from './letter.js'
import type { Letters } from './letters.js'
import { MOST_BYTES, MOST_TOGETHER, VERSION } from './protocol.js'
import type { Queues } from './queues.js'

/** A peer that receives from a queue. */
export interface Consumer extends Holder {
  readonly id: Message
  readonly letters: Letters
  /** How many messages it may hold. */
  prefetch: number
  /** On their way to it together. */
  parcel: Letter[]
  bytes: number
}

type Frames = (string | Uint8Array)[]

/** Who receives from which queue, and the messages on their way to them. */
export class Outgoing {
  readonly #router: Router
  readonly #queues: Queues
  /** In the order of their turns. */
  readonly #consumers = new Map<Letters, Consumer[]>()
  #size = 0

  constructor(router: Router, queues: Queues) {
    this.#router = router
    this.#queues = queues
  }

  /** How many consumers there are. */
  get size(): number {
    return this.#size
  }

  serves(letters: Letters): boolean {
    return this.#consumers.has(letters)
  }

  join(id: Message, letters: Letters): Consumer {
    const waiting = { prefetch: 0, parcel: [], bytes: 0 }
    const consumer: Consumer = { id, letters, held: new Set(), ...waiting }
    const consumers = this.#consumers.get(letters) ?? []
    this.#consumers.set(letters, consumers)
    consumers.push(consumer)
    this.#size++
    return consumer
  }

  /** Takes everything back, as what has failed or as what was never received. */
  leave(consumer: Consumer | undefined, hasFailed: boolean): void {
    if (!consumer) return
    const { letters, held } = consumer
    const others = this.#consumers.get(letters)?.filter((other) => other !== consumer)
    if (!others || others.length === 0) this.#consumers.delete(letters)
    else this.#consumers.set(letters, others)
    this.#size--
    for (const letter of held) {
      if (hasFailed) this.#queues.fail(letters, letter)
      else this.#queues.release(letters, letter)
    }
  }

  /** Hands out what can be received, to one consumer after the other. */
  deliver(): void {
    for (const letters of this.#queues.fresh) {
      this.#queues.fresh.delete(letters)
      const consumers = this.#consumers.get(letters)
      if (consumers) this.#handOut(letters, consumers)
    }
  }

  #handOut(letters: Letters, consumers: Consumer[]): void {
    while (letters.first()) {
      const consumer = nextOf(consumers)
      if (!consumer) break
      const letter = this.#queues.receive(letters, consumer)
      // It had expired.
      if (!letter) continue
      consumer.parcel.push(letter)
      consumer.bytes += letter.size
      if (consumer.parcel.length >= MOST_TOGETHER || consumer.bytes >= MOST_BYTES) {
        this.#dispatch(consumer)
      }
    }
    for (const consumer of consumers) if (consumer.parcel.length > 0) this.#dispatch(consumer)
  }

  #dispatch(consumer: Consumer): void {
    const { id, letters, parcel } = consumer
    consumer.parcel = []
    consumer.bytes = 0
    const frames: Frames = [id, VERSION, 'MESSAGES']
    for (const letter of parcel) {
      const facts = `${letter.number} ${letter.failures + 1} ${letter.sent}`
      frames.push(letter.death === '' ? facts : `${facts} ${letter.death}`)
      frames.push(letter.head, letter.body)
    }
    this.post(frames, () => {
      // It has not got them, and is to say first that it is still there.
      consumer.prefetch = 0
      for (const letter of parcel) {
        if (letter.holder === consumer) this.#queues.release(letters, letter)
      }
    })
  }

  /** Sends, or does without: whoever gets no answer asks again. */
  post(frames: Frames, failed?: () => void): void {
    if (this.#router.closed) return
    this.#router.send(frames).catch(() => failed?.())
  }
}

/** The next one that has room for a message; it goes behind the others. */
function nextOf(consumers: Consumer[]): Consumer | undefined {
  const index = consumers.findIndex(({ held, prefetch }) => held.size < prefetch)
  const consumer = consumers[index]
  if (consumer && consumers.length > 1) {
    consumers.splice(index, 1)
    consumers.push(consumer)
  }
  return consumer
}
