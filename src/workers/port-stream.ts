import { View } from '../util/bytes.js'
import { isGone, moveTo } from '../util/transfer.js'
import type { CountingStream } from '../transport/counted-session.js'
import { NearStream } from '../transport/near-stream.js'
import { watch } from './life.js'

/** Bytes that one end may be ahead of the other. */
const WINDOW = 8_388_608

/** What an end says beside bytes: how many of the other's it has read, and of messages what it takes and has taken. */
interface Counts {
  readonly read: number
  readonly limit: number
  readonly taken: number
  /** It will say nothing more. */
  readonly last?: true
}

/** Text is the name of the life of whoever says it. */
type Letter = readonly ArrayBuffer[] | Counts | string

/**
 * A stream of bytes through a `MessagePort`, which moves what it is given. The ends tell each other what they
 * have read, so that what is under way is bounded.
 */
export class PortStream extends NearStream implements CountingStream {
  onCredit: (() => void) | undefined
  readonly #port: MessagePort
  /** What did not find room. */
  #chunks: Uint8Array[] = []
  /** What has come and has not been read. */
  readonly #unread: ArrayBuffer[] = []
  /** Bytes posted. */
  #written = 0
  #mine: Counts = { read: 0, limit: 0, taken: 0 }
  /** What has been said of it. */
  #said: Counts = this.#mine
  #theirs: Counts = this.#mine
  /** The other end has said goodbye, or is no more. */
  #left = false

  /** The end of the watch over the other realm's life. */
  #unwatch: (() => void) | undefined

  /** @param life of this realm. */
  constructor(port: MessagePort, life: string) {
    super()
    this.#port = port
    port.onmessage = ({ data }: MessageEvent<Letter>) => {
      this.#hear(data)
    }
    port.addEventListener('close', () => {
      this.#orphan()
    })
    if (life !== '') port.postMessage(life)
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.closed || this.ending) return
    for (const chunk of chunks) this.waiting += chunk.length
    this.#chunks = this.#chunks.length === 0 ? [...chunks] : [...this.#chunks, ...chunks]
    this.#push()
  }

  creditFor(): number {
    return this.#theirs.limit
  }

  grant(limit: number): void {
    this.#say({ limit })
  }

  took(taken: number): void {
    this.#say({ taken })
  }

  get takenByLeft(): number | undefined {
    return this.#left ? this.#theirs.taken : undefined
  }

  protected override look(): void {
    this.#pull()
    this.#report()
  }

  protected override release(): void {
    this.#chunks.length = this.#unread.length = 0
    this.#port.close()
    this.#unwatch?.()
  }

  #hear(letter: Letter): void {
    if (this.closed) return
    if (typeof letter === 'string') {
      this.#unwatch = watch(letter, () => {
        this.#orphan()
      })
    } else if (Array.isArray(letter)) {
      this.#unread.push(...(letter as ArrayBuffer[]))
      this.#pull()
    } else this.#count(letter as Counts)
  }

  /** The other end is no more: what it has sent can still be read. */
  #orphan(): void {
    this.#left = true
    this.lookLater()
  }

  #count(counts: Counts): void {
    this.#theirs = counts
    if (counts.last === true) {
      this.#orphan()
      return
    }
    this.onCredit?.()
    if (this.waiting === 0) return
    this.#push()
    if (this.waiting === 0) this.emptied()
  }

  /** Posts what waits, as far as there is room. */
  #push(): void {
    const chunks = this.#chunks
    let room = WINDOW - ((this.#written - this.#theirs.read) | 0)
    let count = 0
    for (const chunk of chunks) {
      if (isGone(chunk)) {
        this.destroy()
        // It counts as not written.
        this.waiting = 1
        return
      }
      // One that is longer than all there may be goes alone.
      if (chunk.length > room && room < WINDOW) break
      room -= chunk.length
      count++
    }
    if (count === 0) return
    const due = chunks.slice(0, count)
    this.#chunks = chunks.slice(count)
    let bytes = 0
    for (const { length } of due) bytes += length
    moveTo(this.#port, due, (memory) => memory)
    this.waiting -= bytes
    this.#written = (this.#written + bytes) | 0
  }

  #pull(): void {
    while (!this.paused && !this.closed && this.handler !== undefined) {
      const memory = this.#unread.shift()
      if (memory === undefined) {
        if (!this.#left) return
        this.handler.onEnd()
        this.destroy()
        return
      }
      this.#say({ read: (this.#mine.read + memory.byteLength) | 0 })
      this.handler.onData(new View(memory, 0, memory.byteLength))
    }
  }

  #say(news: Partial<Counts>): void {
    this.#mine = { ...this.#mine, ...news }
    this.lookLater()
  }

  #report(): void {
    if (this.closed || this.#said === this.#mine) return
    this.#said = this.#mine
    this.#port.postMessage(this.#mine)
  }

  protected override sayGoodbye(): void {
    this.#port.postMessage({ ...this.#mine, last: true } satisfies Counts)
  }
}
