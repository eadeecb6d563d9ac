import { MAC_SIZE, NONCE_SIZE, PREFIX_SIZE, wiped, type Boxes, type Engine } from '../box.js'

/** The part of the package that is used; it brings no types. */
interface SodiumNative {
  crypto_secretbox_easy(box: Bytes, plaintext: Bytes, nonce: Bytes, key: Bytes): void
  crypto_secretbox_open_easy(plaintext: Bytes, box: Bytes, nonce: Bytes, key: Bytes): boolean
}

type Bytes = Uint8Array

/** Shorter boxes are done sooner by the other engine than a call of native code takes. */
const WORTH_A_CALL = 384

/** By a parameter, because bundlers would want to have what is named, and it is optional. */
const optional = (name: string): Promise<unknown> => import(name)

/**
 * Boxes by libsodium as native code, if its package is installed: the longer ones. All else, and the
 * short ones, are left to another engine.
 * @returns undefined where the package is not installed, or has no build for this platform.
 */
export async function loadSodiumNative(rest: Engine): Promise<Engine | undefined> {
  try {
    const { default: sodium } = (await optional('sodium-native')) as { default: SodiumNative }
    return new SodiumNativeEngine(sodium, rest)
  } catch {
    return undefined
  }
}

class SodiumNativeEngine implements Engine {
  readonly name: string
  readonly #sodium: SodiumNative
  readonly #rest: Engine

  constructor(sodium: SodiumNative, rest: Engine) {
    this.name = `sodium-native, ${rest.name}`
    this.#sodium = sodium
    this.#rest = rest
  }

  publicKey(secretKey: Bytes): Bytes {
    return this.#rest.publicKey(secretKey)
  }

  sharedKey(publicKey: Bytes, secretKey: Bytes): Bytes | undefined {
    return this.#rest.sharedKey(publicKey, secretKey)
  }

  boxes(key: Bytes, prefix: Bytes): Boxes {
    return new SodiumNativeBoxes(this.#sodium, this.#rest.boxes(key, prefix), key, prefix)
  }
}

class SodiumNativeBoxes implements Boxes {
  readonly #sodium: SodiumNative
  readonly #short: Boxes
  #key: Bytes | undefined
  readonly #nonce = new Uint8Array(NONCE_SIZE)
  readonly #counter = new DataView(this.#nonce.buffer, PREFIX_SIZE)

  constructor(sodium: SodiumNative, short: Boxes, key: Bytes, prefix: Bytes) {
    this.#sodium = sodium
    this.#short = short
    this.#key = Uint8Array.from(key)
    this.#nonce.set(prefix)
  }

  seal(high: number, low: number, first: number, body: Bytes, out: Bytes, at: number): void {
    if (body.length < WORTH_A_CALL) {
      this.#short.seal(high, low, first, body, out, at)
      return
    }
    const key = this.#load(high, low)
    const box = out.subarray(at, at + MAC_SIZE + 1 + body.length)
    const plaintext = box.subarray(MAC_SIZE)
    plaintext[0] = first
    plaintext.set(body, 1)
    this.#sodium.crypto_secretbox_easy(box, plaintext, this.#nonce, key)
  }

  open(high: number, low: number, bytes: Bytes, start: number, end: number): boolean {
    if (end - start < WORTH_A_CALL) return this.#short.open(high, low, bytes, start, end)
    const key = this.#load(high, low)
    const box = bytes.subarray(start, end)
    return this.#sodium.crypto_secretbox_open_easy(box.subarray(MAC_SIZE), box, this.#nonce, key)
  }

  wipe(): void {
    this.#short.wipe()
    this.#key?.fill(0)
    this.#key = undefined
  }

  #load(high: number, low: number): Bytes {
    if (this.#key === undefined) throw wiped()
    this.#counter.setUint32(0, high)
    this.#counter.setUint32(4, low)
    return this.#key
  }
}
