import { protocolError } from '../errors.js'
import { View } from '../util/bytes.js'
import { Decoder } from '../wire/decoder.js'
import { COMMAND, MORE } from '../wire/frame.js'
import { LIMITS } from '../wire/limits.js'
import { OVERHEAD, SEALED_COMMAND, SEALED_MORE, type Opener } from './sealed.js'

/**
 * Opens the frames that another decoder finds, each where it is, before anything else happens to
 * them: what is delivered was genuine, and in its turn.
 */
export class SealedDecoder extends Decoder {
  readonly #decoder: Decoder
  readonly #opener: Opener

  /** @param decoder may have bytes already. */
  constructor(decoder: Decoder, opener: Opener) {
    super(decoder.options, decoder.onCommand)
    this.#decoder = decoder
    this.#opener = opener
  }

  override push(chunk: Uint8Array): void {
    this.ownParts()
    this.#decoder.push(chunk)
  }

  override target(): Uint8Array | undefined {
    return this.#decoder.target()
  }

  override get largeFrames(): boolean {
    return this.#decoder.largeFrames
  }

  override filled(count: number): void {
    this.#decoder.filled(count)
  }

  run(): undefined {
    return undefined
  }

  protected override frame(): Uint8Array | undefined {
    const decoder = this.#decoder
    // Whether it is a command, and how long that may be, is said inside.
    const sealed = decoder.nextCommand(Math.max(this.limit, LIMITS.command) + OVERHEAD)
    if (sealed === undefined) return undefined
    if ((decoder.flags & MORE) !== 0) {
      throw protocolError('a MESSAGE that is to be continued outside of its box')
    }
    const flags = this.#opener.open(sealed)
    this.flags =
      ((flags & SEALED_MORE) === 0 ? 0 : MORE) | ((flags & SEALED_COMMAND) === 0 ? 0 : COMMAND)
    const length = sealed.length - OVERHEAD
    this.judge(length, (this.flags & COMMAND) !== 0)
    return new View(sealed.buffer, sealed.byteOffset + OVERHEAD, length)
  }

  protected header(): number {
    return -1
  }
}
