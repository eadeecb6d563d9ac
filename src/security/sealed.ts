import '../error-codes.js'
import { protocolError } from '../errors.js'
import type { Boxes } from './box.js'
import { MAC_SIZE } from './box.js'

/*
 * A message of CURVE (RFC 26 "MESSAGE"), or a command in the place of one:
 *
 *   07 "MESSAGE"  shortNonce(8)  box(16 + 1 + n):  flags(1)  body(n)
 *
 * The short nonce rises from box to box, so that none is taken twice, or out of its order.
 */
const NAME = Uint8Array.of(0x07, 0x4d, 0x45, 0x53, 0x53, 0x41, 0x47, 0x45)
const BOX = NAME.length + 8
const BODY = BOX + MAC_SIZE + 1

/** Bytes of a sealed frame beyond those of its body. */
export const OVERHEAD: number = BODY

// Flags within a box.
export const SEALED_MORE = 0x01
/** In no RFC, but how libzmq sends SUBSCRIBE, PING and their like. */
export const SEALED_COMMAND = 0x02

const U32 = 0x1_0000_0000

/** The end of a connection that seals: each box has the next nonce. */
export class Sealer {
  readonly #boxes: Boxes
  #high = 0
  #low: number

  /** @param last the last short nonce that was used with this key. */
  constructor(boxes: Boxes, last: number) {
    this.#boxes = boxes
    this.#low = last
  }

  /** Writes `OVERHEAD + body.length` bytes at the beginning of `out`. */
  seal(flags: number, body: Uint8Array, out: Uint8Array): void {
    if (++this.#low === U32) {
      this.#low = 0
      this.#high++
    }
    const high = this.#high
    const low = this.#low
    out.set(NAME)
    writeU32(out, NAME.length, high)
    writeU32(out, NAME.length + 4, low)
    this.#boxes.seal(high, low, flags, body, out, BOX)
  }

  wipe(): void {
    this.#boxes.wipe()
  }
}

/** The end that opens. */
export class Opener {
  readonly #boxes: Boxes
  #high: number
  #low: number

  /** @param high @param low the last short nonce that came. */
  constructor(boxes: Boxes, [high, low]: ShortNonce) {
    this.#boxes = boxes
    this.#high = high
    this.#low = low
  }

  /**
   * Opens what came, where it is: the body begins `OVERHEAD` behind its beginning.
   * @returns its flags.
   * @throws ZmqError when it is not genuine, or not new.
   */
  open(sealed: Uint8Array): number {
    for (let i = 0; i < NAME.length; i++) {
      if (sealed[i] !== NAME[i]) {
        const reason = 'the peer sent what is not sealed, where everything has to be'
        throw protocolError(reason, 'ERR_ZMTP_UNEXPECTED_COMMAND')
      }
    }
    if (sealed.length < OVERHEAD) {
      const reason = `a MESSAGE of ${String(sealed.length)} bytes, where ${String(OVERHEAD)} are the least`
      throw protocolError(reason, 'ERR_ZMTP_MALFORMED_COMMAND_MESSAGE')
    }
    const high = readU32(sealed, NAME.length)
    const low = readU32(sealed, NAME.length + 4)
    if (high < this.#high || (high === this.#high && low <= this.#low)) {
      const reason = 'a MESSAGE that came before, or before its turn: its nonce does not rise'
      throw protocolError(reason, 'ERR_ZMTP_INVALID_SEQUENCE')
    }
    if (!this.#boxes.open(high, low, sealed, BOX, sealed.length)) {
      throw protocolError('a MESSAGE whose box is not genuine', 'ERR_ZMTP_CRYPTOGRAPHIC')
    }
    this.#high = high
    this.#low = low
    return sealed[BODY - 1] as number
  }

  wipe(): void {
    this.#boxes.wipe()
  }
}

/** The upper and the lower 32 bits of one. */
export type ShortNonce = readonly [high: number, low: number]

export function readU32(bytes: Uint8Array, at: number): number {
  const upper = ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
  return upper * 0x1_0000 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
}

export function writeU32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24
  out[at + 1] = value >>> 16
  out[at + 2] = value >>> 8
  out[at + 3] = value
}
