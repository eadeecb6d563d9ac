import type { Parts } from '../message.js'
import { allocate } from '../util/bytes.js'
import { COPY_LIMIT, Encoder } from '../wire/encoder.js'
import { Slabs } from './slabs.js'
import { OVERHEAD, SEALED_COMMAND, SEALED_MORE, type Sealer } from './sealed.js'

/**
 * Seals messages and commands, and has them put into bytes as frames of a message each: what they are
 * is said inside. What belongs to a protocol below goes past it.
 */
export class SealedEncoder extends Encoder {
  readonly #encoder: Encoder
  readonly #sealer: Sealer
  /** Short frames are sealed here: the encoder copies them at once. */
  readonly #scratch = allocate(COPY_LIMIT)
  /** The last one of them, which those that follow are often as long as. */
  #short: Uint8Array = this.#scratch
  /** Longer ones are written from where they are. */
  readonly #slabs = new Slabs()

  constructor(encoder: Encoder, sealer: Sealer) {
    super()
    this.#encoder = encoder
    this.#sealer = sealer
  }

  override get bytes(): number {
    return this.#encoder.bytes
  }

  message(parts: Parts): void {
    const last = parts.length - 1
    this.#encoder.check(parts, OVERHEAD)
    for (let i = 0; i < last; i++) this.#frame(parts[i] as Uint8Array, SEALED_MORE)
    this.#frame(parts[last] as Uint8Array, 0)
  }

  command(body: Uint8Array): void {
    this.#frame(body, SEALED_COMMAND)
  }

  ping(ttl: number): void {
    this.#encoder.ping(ttl, this)
  }

  override pong(context: Uint8Array): void {
    this.#encoder.pong(context)
  }

  override goodbye(): void {
    this.#encoder.goodbye()
  }

  override raw(bytes: Uint8Array): void {
    this.#encoder.raw(bytes)
  }

  override take(): readonly Uint8Array[] {
    return this.#encoder.take()
  }

  override release(): void {
    this.#encoder.release()
    this.#slabs.release()
  }

  override abandon(): void {
    this.#encoder.abandon()
    this.#slabs.abandon()
  }

  #frame(body: Uint8Array, flags: number): void {
    const length = OVERHEAD + body.length
    let sealed: Uint8Array
    if (length > COPY_LIMIT) sealed = this.#slabs.take(length)
    else if (length === this.#short.length) sealed = this.#short
    else sealed = this.#short = this.#scratch.subarray(0, length)
    this.#sealer.seal(flags, body, sealed)
    this.#encoder.message([sealed])
  }
}
