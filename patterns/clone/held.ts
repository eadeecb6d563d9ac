import type { KeyValue } from './frames.js'

/**
 * What a server that stands by has heard from clients, and not yet from the server that serves: it will
 * publish these itself if it has to take over. By uuid, the oldest first.
 */
export class Held {
  readonly #most: number
  readonly #mostBytes: number
  readonly #changes = new Map<string, { readonly change: KeyValue; readonly since: number }>()
  #bytes = 0
  /** Forgotten, since there were too many, or too many bytes. */
  dropped = 0

  constructor(most: number, mostBytes: number) {
    this.#most = most
    this.#mostBytes = mostBytes
  }

  get size(): number {
    return this.#changes.size
  }

  add(uuid: string, change: KeyValue, now: number): void {
    this.#bytes += change.value.length - (this.#changes.get(uuid)?.change.value.length ?? 0)
    this.#changes.set(uuid, { change, since: now })
    for (const oldest of this.#changes.keys()) {
      if (this.#changes.size <= this.#most && this.#bytes <= this.#mostBytes) return
      this.delete(oldest)
      this.dropped++
    }
  }

  delete(uuid: string): void {
    this.#bytes -= this.#changes.get(uuid)?.change.value.length ?? 0
    this.#changes.delete(uuid)
  }

  /** Forgets those of before: whoever serves has published them, or never will. */
  forget(before: number): void {
    for (const [uuid, { since }] of this.#changes) {
      if (since >= before) return
      this.delete(uuid)
    }
  }

  /** All of them, which are then forgotten. */
  takeAll(): KeyValue[] {
    const all = Array.from(this.#changes.values(), ({ change }) => change)
    this.#changes.clear()
    this.#bytes = 0
    return all
  }
}

/** The newest of what was published, by uuid: what comes again is known. */
export class Published {
  readonly #most: number
  readonly #sequences = new Map<string, number>()

  constructor(most: number) {
    this.#most = most
  }

  get(uuid: string): number | undefined {
    return this.#sequences.get(uuid)
  }

  add(uuid: string, sequence: number): void {
    this.#sequences.set(uuid, sequence)
    if (this.#sequences.size <= this.#most) return
    for (const oldest of this.#sequences.keys()) {
      this.#sequences.delete(oldest)
      return
    }
  }
}
