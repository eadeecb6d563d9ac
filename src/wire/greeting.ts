import { protocolError } from '../errors.js'
import { toLatin1 } from '../util/bytes.js'

/*
 * The greeting of ZMTP 3.x, 64 bytes (RFC 37 "Greeting"):
 *
 *   0       FF
 *   1..8    padding
 *   9       7F         end of the signature
 *   10 11   03 01      version
 *   12..31  mechanism, NUL-padded
 *   32      as-server
 *   33..63  filler
 *
 * It goes out in stages: the signature first, the rest when the other side's signature has come,
 * because an older peer shows itself there and would be answered otherwise.
 */
export const SIGNATURE_SIZE = 10
export const GREETING_SIZE = 64

/** What a peer's greeting says. */
export interface Greeting {
  readonly major: number
  readonly minor: number
  readonly mechanism: string
}

export function encodeSignature(): Uint8Array {
  const signature = new Uint8Array(SIGNATURE_SIZE)
  signature[0] = 0xff
  signature[9] = 0x7f
  return signature
}

/** All that follows the signature. */
export function encodeGreetingRest(mechanism: string, asServer: boolean): Uint8Array {
  const rest = new Uint8Array(GREETING_SIZE - SIGNATURE_SIZE)
  rest[0] = 3
  rest[1] = 1
  for (let i = 0; i < mechanism.length; i++) rest[2 + i] = mechanism.charCodeAt(i)
  rest[22] = asServer ? 1 : 0
  return rest
}

/** Collects a peer's greeting from chunks of any size and judges each byte as soon as it is there. */
export class GreetingReader {
  readonly #bytes = new Uint8Array(GREETING_SIZE)
  #filled = 0

  /**
   * Takes what belongs to the greeting.
   * @returns how many bytes of `chunk` that was; the rest is traffic.
   * @throws ZmqError `EPROTO` as soon as this cannot be ZMTP 3.
   */
  read(chunk: Uint8Array): number {
    const taken = Math.min(GREETING_SIZE - this.#filled, chunk.length)
    this.#bytes.set(chunk.subarray(0, taken), this.#filled)
    this.#filled += taken
    if (this.#filled > 0 && this.#bytes[0] !== 0xff) {
      throw protocolError('the peer does not speak ZMTP 3: its first byte is not FF')
    }
    if (this.#filled > 9 && ((this.#bytes[9] as number) & 1) === 0) {
      throw tooOld('1.0')
    }
    const major = this.#bytes[10] as number
    if (this.#filled > 10 && major < 3) {
      throw tooOld(`revision ${String(major)}`)
    }
    return taken
  }

  /** The peer has shown that it is no ZMTP 1.0: our own rest may go out. */
  get hasSignature(): boolean {
    return this.#filled >= SIGNATURE_SIZE
  }

  /** The whole greeting, once it is there. */
  get greeting(): Greeting | undefined {
    if (this.#filled < GREETING_SIZE) return undefined
    return {
      major: this.#bytes[10] as number,
      minor: this.#bytes[11] as number,
      mechanism: mechanismName(this.#bytes.subarray(12, 32)),
    }
  }
}

function tooOld(version: string): Error {
  return protocolError(`the peer speaks an older ZMTP (${version}), which is not enabled`)
}

/** The name without its padding. Garbage behind the first NUL stays in it, so that it matches nothing. */
function mechanismName(field: Uint8Array): string {
  let end = field.length
  while (end > 0 && field[end - 1] === 0) end--
  return toLatin1(field.subarray(0, end))
}
