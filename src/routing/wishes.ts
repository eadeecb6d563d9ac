import type { Pipe, TopicChange } from './pipe.js'
import { fromLatin1, TopicTree } from './topic-tree.js'

/** What a subscriber wants, and the publishers it has told so: all of them, also those that come later. */
export class Wishes {
  readonly #counts = new TopicTree<number>()
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
    return node.value === 1
  }

  /** Takes a wish back. @returns whether it was the last for the topic. */
  unwant(topic: Uint8Array): boolean {
    const node = this.#counts.find(topic)
    if (node?.value === undefined) return false
    if (node.value === 1) this.#counts.remove(node)
    else this.#counts.set(node, node.value - 1)
    return node.value === undefined
  }

  /** Whether a message on this subject is wanted. */
  include(subject: Uint8Array): boolean {
    return this.#counts.hasMatch(subject)
  }

  /** A publisher is there, or there again: it has to be told everything. */
  tell(pipe: Pipe): void {
    for (const [topic] of this.#counts.topics()) {
      pipe.session?.subscribe({ topic: fromLatin1(topic), on: true })
    }
  }

  tellAll(change: TopicChange): void {
    for (const pipe of this.#pipes) pipe.session?.subscribe(change)
  }
}
