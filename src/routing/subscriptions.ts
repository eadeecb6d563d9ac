import { protocolError } from '../errors.js'
import type { Pipe } from './pipe.js'
import { topicOf, TopicTree, type TopicNode } from './topic-tree.js'

/** Who wants a topic: nearly always one pipe, so that a set would waste most of the memory. */
type Subscribers = Pipe | Set<Pipe>

/** Bytes that a subscription is counted as beside its topic. */
const OVERHEAD = 192

/** Bytes that the subscriptions of one peer may take: more than a million short ones. */
const MOST_BYTES = 268_435_456

interface Held {
  readonly nodes: Set<TopicNode<Subscribers>>
  bytes: number
}

/** What a change has changed, for those who are told of it. */
export interface Change {
  /** This pipe had not, or had, subscribed to the topic. */
  readonly forPipe: boolean
  /** Nobody had subscribed before, or nobody has any more. */
  readonly forAll: boolean
}

/** The topics that peers want: a set for each peer, never a count (as libzmq has it). */
export class Subscriptions {
  readonly #tree = new TopicTree<Subscribers>()
  readonly #held = new Map<Pipe, Held>()

  /** How many distinct topics there are. */
  get size(): number {
    return this.#tree.size
  }

  /** How many topics a peer wants. */
  count(pipe: Pipe): number {
    return this.#held.get(pipe)?.nodes.size ?? 0
  }

  /** Bytes that the subscriptions of one peer are counted as. */
  bytes(pipe: Pipe): number {
    return this.#held.get(pipe)?.bytes ?? 0
  }

  /** @throws ZmqError `EPROTO` when the peer wants more than it may. */
  add(pipe: Pipe, topic: Uint8Array): Change {
    const held = this.#of(pipe)
    if (held.bytes + topic.length + OVERHEAD > MOST_BYTES) {
      throw protocolError(`subscriptions of more than ${String(MOST_BYTES)} bytes`)
    }
    const node = this.#tree.insert(topic)
    if (held.nodes.has(node)) return { forPipe: false, forAll: false }
    held.nodes.add(node)
    held.bytes += topic.length + OVERHEAD
    const { value } = node
    if (value === undefined) this.#tree.set(node, pipe)
    else if (value instanceof Set) value.add(pipe)
    else this.#tree.set(node, new Set([value, pipe]))
    return { forPipe: true, forAll: value === undefined }
  }

  remove(pipe: Pipe, topic: Uint8Array): Change {
    const node = this.#tree.find(topic)
    const held = this.#held.get(pipe)
    if (node === undefined || held?.nodes.delete(node) !== true)
      return { forPipe: false, forAll: false }
    held.bytes -= topic.length + OVERHEAD
    return { forPipe: true, forAll: this.#release(pipe, node) }
  }

  /** Forgets a peer. Calls `gone` for each of its topics; `last` when nobody else wants it. */
  removeAll(pipe: Pipe, gone: (topic: Uint8Array, last: boolean) => void): void {
    const held = this.#held.get(pipe)
    if (held === undefined) return
    this.#held.delete(pipe)
    for (const node of held.nodes) {
      const topic = topicOf(node)
      gone(topic, this.#release(pipe, node))
    }
  }

  /** Calls `visit` for the pipes that want `subject`, some of them more than once. */
  match(subject: Uint8Array, visit: (pipe: Pipe) => void): void {
    for (const subscribers of this.#tree.matches(subject)) {
      if (subscribers instanceof Set) for (const pipe of subscribers) visit(pipe)
      else visit(subscribers)
    }
  }

  #of(pipe: Pipe): Held {
    let held = this.#held.get(pipe)
    if (held === undefined) this.#held.set(pipe, (held = { nodes: new Set(), bytes: 0 }))
    return held
  }

  #release(pipe: Pipe, node: TopicNode<Subscribers>): boolean {
    const { value } = node
    if (value instanceof Set) {
      value.delete(pipe)
      if (value.size > 0) return false
    }
    this.#tree.remove(node)
    return true
  }
}
