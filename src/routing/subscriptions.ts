import { TopicTable, type TopicId } from '#topic-table'
import { protocolError } from '../errors.js'
import type { Pipe } from './pipe.js'

/** Who wants a topic: nearly always one pipe, so that a set would waste most of the memory. */
type Subscribers = Pipe | Set<Pipe>

/** Bytes that a subscription is counted as beside its topic. */
const OVERHEAD = 128

/** Bytes that the subscriptions of one peer may take: nearly half a million short ones. */
const MOST_BYTES = 67_108_864

interface Held {
  readonly topics: Set<TopicId>
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
  readonly #table = new TopicTable<Subscribers>()
  readonly #held = new Map<Pipe, Held>()

  /** How many distinct topics there are. */
  get size(): number {
    return this.#table.size
  }

  /** How many topics a peer wants. */
  count(pipe: Pipe): number {
    return this.#held.get(pipe)?.topics.size ?? 0
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
    const id = this.#table.insert(topic)
    if (held.topics.has(id)) return { forPipe: false, forAll: false }
    held.topics.add(id)
    held.bytes += topic.length + OVERHEAD
    const subscribers = this.#table.get(id)
    if (subscribers === undefined) this.#table.set(id, pipe)
    else if (subscribers instanceof Set) subscribers.add(pipe)
    else this.#table.set(id, new Set([subscribers, pipe]))
    return { forPipe: true, forAll: subscribers === undefined }
  }

  remove(pipe: Pipe, topic: Uint8Array): Change {
    const id = this.#table.find(topic)
    const held = this.#held.get(pipe)
    if (id === undefined || held?.topics.delete(id) !== true)
      return { forPipe: false, forAll: false }
    held.bytes -= topic.length + OVERHEAD
    return { forPipe: true, forAll: this.#release(pipe, id) }
  }

  /** Forgets a peer. Calls `gone` for each of its topics; `last` when nobody else wants it. */
  removeAll(pipe: Pipe, gone: (topic: Uint8Array, last: boolean) => void): void {
    const held = this.#held.get(pipe)
    if (held === undefined) return
    this.#held.delete(pipe)
    for (const id of held.topics) {
      const topic = this.#table.topic(id)
      gone(topic, this.#release(pipe, id))
    }
  }

  /** Calls `visit` for the pipes that want `subject`, some of them more than once. */
  match(subject: Uint8Array, visit: (pipe: Pipe) => void): void {
    this.#table.match(subject, (subscribers) => {
      if (subscribers instanceof Set) for (const pipe of subscribers) visit(pipe)
      else visit(subscribers)
    })
  }

  #of(pipe: Pipe): Held {
    let held = this.#held.get(pipe)
    if (held === undefined) this.#held.set(pipe, (held = { topics: new Set(), bytes: 0 }))
    return held
  }

  #release(pipe: Pipe, id: TopicId): boolean {
    const subscribers = this.#table.get(id)
    if (subscribers instanceof Set) {
      subscribers.delete(pipe)
      if (subscribers.size > 0) return false
    }
    this.#table.remove(id)
    return true
  }
}
