import { hsalsa, xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { x25519 } from '@noble/curves/ed25519.js'
import {
  KEY_SIZE,
  MAC_SIZE,
  NONCE_SIZE,
  PREFIX_SIZE,
  wiped,
  type Boxes,
  type Engine,
} from '../box.js'

/** "expand 32-byte k", by which Salsa20 tells keys of 32 bytes. */
const SIGMA = words(new TextEncoder().encode('expand 32-byte k'))

/**
 * The noble libraries, in JavaScript alone: they run wherever JavaScript does, also in a page whose
 * policy (CSP) forbids WebAssembly, and know no longest box.
 */
export const noble: Engine = {
  name: 'noble',

  publicKey: (secretKey) => x25519.getPublicKey(Uint8Array.from(secretKey)),

  sharedKey(publicKey, secretKey) {
    let point: Uint8Array
    try {
      point = x25519.getSharedSecret(Uint8Array.from(secretKey), Uint8Array.from(publicKey))
    } catch {
      return undefined
    }
    const key = new Uint32Array(KEY_SIZE / 4)
    const from = words(point)
    hsalsa(SIGMA, from, new Uint32Array(4), key)
    point.fill(0)
    from.fill(0)
    return bytes(key)
  },

  boxes: (key, prefix) => new NobleBoxes(key, prefix),
}

class NobleBoxes implements Boxes {
  #key: Uint8Array | undefined
  readonly #nonce = new Uint8Array(NONCE_SIZE)
  readonly #counter = new DataView(this.#nonce.buffer, PREFIX_SIZE)

  constructor(key: Uint8Array, prefix: Uint8Array) {
    this.#key = Uint8Array.from(key)
    this.#nonce.set(prefix)
  }

  seal(
    high: number,
    low: number,
    first: number,
    body: Uint8Array,
    out: Uint8Array,
    at: number,
  ): void {
    const plaintext = new Uint8Array(1 + body.length)
    plaintext[0] = first
    plaintext.set(body, 1)
    out.set(this.#cipher(high, low).encrypt(plaintext), at)
  }

  open(high: number, low: number, bytes: Uint8Array, start: number, end: number): boolean {
    // A view of the bare kind: the library takes no other.
    const box = new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start)
    const cipher = this.#cipher(high, low)
    let plaintext: Uint8Array
    try {
      plaintext = cipher.decrypt(box)
    } catch {
      return false
    }
    bytes.set(plaintext, start + MAC_SIZE)
    return true
  }

  wipe(): void {
    this.#key?.fill(0)
    this.#key = undefined
  }

  #cipher(high: number, low: number): ReturnType<typeof xsalsa20poly1305> {
    if (this.#key === undefined) throw wiped()
    this.#counter.setUint32(0, high)
    this.#counter.setUint32(4, low)
    return xsalsa20poly1305(this.#key, this.#nonce)
  }
}

/** Little-endian, whatever the machine is. */
function words(from: Uint8Array): Uint32Array {
  const view = new DataView(from.buffer, from.byteOffset, from.byteLength)
  return Uint32Array.from({ length: from.length / 4 }, (_, i) => view.getUint32(i * 4, true))
}

function bytes(from: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(from.length * 4))
  for (const [i, word] of from.entries()) view.setUint32(i * 4, word, true)
  from.fill(0)
  return new Uint8Array(view.buffer)
}
