import { keyOf } from '../common/frames.js'

/** The last message of each topic, within bounds: the topic that was silent longest makes room. */
export class Values {
  readonly #maxTopics: number
  readonly #maxBytes: number
  /** By topic; the longest silent first. */
  readonly #values = new Map<string, readonly Uint8Array[]>()
  #bytes = 0
  /** Topics that made room, or whose last message there is no room for. */
  forgotten = 0

  constructor(maxTopics: number, maxBytes: number) {
    this.#maxTopics = maxTopics
    this.#maxBytes = maxBytes
  }

  get topics(): number {
    return this.#values.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Keeps a copy: a frame may be a few bytes of a large buffer. */
  set(message: readonly Uint8Array[]): void {
    const key = keyOf(message[0] ?? new Uint8Array())
    this.#delete(key)
    // The others would go first, and it after them.
    if (sizeOf(message) > this.#maxBytes) {
      this.forgotten++
      return
    }
    this.#values.set(
      key,
      message.map((part) => new Uint8Array(part)),
    )
    this.#bytes += sizeOf(message)
    while (this.#values.size > this.#maxTopics || this.#bytes > this.#maxBytes) {
      const [oldest = ''] = this.#values.keys()
      this.#delete(oldest)
      this.forgotten++
    }
  }

  /** Those of all topics that begin so; the longest silent first. */
  matching(prefix: Uint8Array): (readonly Uint8Array[])[] {
    const key = keyOf(prefix)
    return [...this.#values].filter(([topic]) => topic.startsWith(key)).map(([, value]) => value)
  }

  #delete(key: string): void {
    const value = this.#values.get(key)
    if (!value) return
    this.#values.delete(key)
    this.#bytes -= sizeOf(value)
  }
}

function sizeOf(message: readonly Uint8Array[]): number {
  return message.reduce((sum, { length }) => sum + length, 0)
}
