import { TopicTable, type TopicId } from '#topic-table'
import type { Subscription } from '../message.js'
import type { Pipe } from './pipe.js'

/** What a subscriber wants, and the publishers it has told so: all of them, also those that come later. */
export class Wishes {
  /** How often each topic was wished for. */
  readonly #counts = new TopicTable<number>()
  /** In the order of wishing, in which publishers are told. */
  readonly #topics = new Set<TopicId>()
  readonly #pipes = new Set<Pipe>()

  /** How many topics are wished for. */
  get size(): number {
    return this.#topics.size
  }

  add(pipe: Pipe): void {
    this.#pipes.add(pipe)
  }

  remove(pipe: Pipe): void {
    this.#pipes.delete(pipe)
  }

  /** Counts a wish. @returns whether it is the first for the topic. */
  want(topic: Uint8Array): boolean {
    const id = this.#counts.insert(topic)
    const count = this.#counts.get(id) ?? 0
    this.#counts.set(id, count + 1)
    if (count > 0) return false
    this.#topics.add(id)
    return true
  }

  /** Takes a wish back. @returns whether it was the last for the topic. */
  unwant(topic: Uint8Array): boolean {
    const id = this.#counts.find(topic)
    if (id === undefined) return false
    const count = this.#counts.get(id) ?? 0
    if (count > 1) {
      this.#counts.set(id, count - 1)
      return false
    }
    this.#counts.remove(id)
    this.#topics.delete(id)
    return true
  }

  /** Whether a message on this subject is wanted. */
  include(subject: Uint8Array): boolean {
    return this.#counts.matches(subject)
  }

  /** A publisher is there, or there again: it has to be told everything. */
  tell(pipe: Pipe): void {
    for (const id of this.#topics) {
      pipe.session?.subscribe({ topic: this.#counts.topic(id), on: true })
    }
  }

  tellAll(change: Subscription): void {
    for (const pipe of this.#pipes) pipe.session?.subscribe(change)
  }
}
