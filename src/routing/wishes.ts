import type { Subscription } from '../message.js'
import type { Pipe } from './pipe.js'
import { TopicTree, type TopicNode } from './topic-tree.js'

/** What a subscriber wants, and the publishers it has told so: all of them, also those that come later. */
export class Wishes {
  readonly #counts = new TopicTree<number>()
  /** In the order of wishing, in which publishers are told. */
  readonly #topics = new Map<TopicNode<number>, Uint8Array>()
  readonly #pipes = new Set<Pipe>()

  add(pipe: Pipe): void {
    this.#pipes.add(pipe)
  }

  remove(pipe: Pipe): void {
    this.#pipes.delete(pipe)
  }

  /** Counts a wish. @returns whether it is the first for the topic. */
  want(topic: Uint8Array): boolean {
    const node = this.#counts.insert(topic)
    this.#counts.set(node, (node.value ?? 0) + 1)
    if (node.value !== 1) return false
    this.#topics.set(node, topic)
    return true
  }

  /** Takes a wish back. @returns whether it was the last for the topic. */
  unwant(topic: Uint8Array): boolean {
    const node = this.#counts.find(topic)
    if (node?.value === undefined) return false
    if (node.value > 1) {
      this.#counts.set(node, node.value - 1)
      return false
    }
    this.#counts.remove(node)
    this.#topics.delete(node)
    return true
  }

  /** Whether a message on this subject is wanted. */
  include(subject: Uint8Array): boolean {
    return this.#counts.matches(subject).length > 0
  }

  /** A publisher is there, or there again: it has to be told everything. */
  tell(pipe: Pipe): void {
    for (const topic of this.#topics.values()) pipe.session?.subscribe({ topic, on: true })
  }

  tellAll(change: Subscription): void {
    for (const pipe of this.#pipes) pipe.session?.subscribe(change)
  }
}
