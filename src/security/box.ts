/*
 * What CURVE (RFC 26) asks of cryptography, all of it NaCl's: X25519, and boxes of XSalsa20 and
 * Poly1305. The work is done by libraries that have been audited for it; which one, and how its memory
 * is filled, is for each engine to say.
 *
 *   box = mac(16)  ciphertext(as long as the plaintext)
 */
export const KEY_SIZE = 32
export const MAC_SIZE = 16
export const NONCE_SIZE = 24

/** The part of a nonce that all boxes of one kind share; what is left is a counter. */
export const PREFIX_SIZE = 16

/** A library of cryptography. */
export interface Engine {
  /** The libraries it is made of. */
  readonly name: string
  /** The public key that belongs to a secret one. */
  publicKey(secretKey: Uint8Array): Uint8Array
  /**
   * What the two ends of a box have in common (`crypto_box_beforenm` of NaCl).
   * @returns undefined when the public key is one of the few with which everybody would have it in common.
   */
  sharedKey(publicKey: Uint8Array, secretKey: Uint8Array): Uint8Array | undefined
  /** Boxes of one key whose nonces begin alike; both are copied. */
  boxes(key: Uint8Array, prefix: Uint8Array): Boxes
}

/**
 * Boxes of one key whose nonces differ in their last 8 bytes only: `high` and `low`, 32 bits each,
 * big-endian. No two boxes of a key may have the same nonce, which is for the caller to see to.
 */
export interface Boxes {
  /**
   * Writes a box that holds one byte and a body after it, in all `MAC_SIZE + 1 + body.length` bytes.
   */
  seal(
    high: number,
    low: number,
    first: number,
    body: Uint8Array,
    out: Uint8Array,
    at: number,
  ): void
  /**
   * Opens the box in these bytes, at least `MAC_SIZE` of them, where it is: its plaintext, `MAC_SIZE`
   * behind its beginning, is then where its ciphertext was.
   * @returns false when it is not genuine; the bytes are then what they were.
   */
  open(high: number, low: number, bytes: Uint8Array, start: number, end: number): boolean
  /** Forgets the key. Nothing can be sealed or opened any more. */
  wipe(): void
}

/** A secret key and what belongs to it. */
export interface KeyPair {
  readonly publicKey: Uint8Array
  readonly secretKey: Uint8Array
}

/** Fills memory with numbers that cannot be guessed. */
export type Random = (bytes: Uint8Array) => unknown

export const random: Random = (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>)

export function newKeyPair(engine: Engine, random: Random): KeyPair {
  const secretKey = new Uint8Array(KEY_SIZE)
  random(secretKey)
  return { publicKey: engine.publicKey(secretKey), secretKey }
}

/** One box by itself. @param plaintext at least a byte. */
export function sealBox(
  engine: Engine,
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const box = new Uint8Array(MAC_SIZE + plaintext.length)
  const boxes = engine.boxes(key, nonce.subarray(0, PREFIX_SIZE))
  const [high, low] = counter(nonce)
  boxes.seal(high, low, plaintext[0] as number, plaintext.subarray(1), box, 0)
  boxes.wipe()
  return box
}

/** The plaintext of one box; undefined when it is not genuine. */
export function openBox(
  engine: Engine,
  key: Uint8Array,
  nonce: Uint8Array,
  box: Uint8Array,
): Uint8Array | undefined {
  if (box.length < MAC_SIZE) return undefined
  const bytes = Uint8Array.from(box)
  const boxes = engine.boxes(key, nonce.subarray(0, PREFIX_SIZE))
  const [high, low] = counter(nonce)
  const genuine = boxes.open(high, low, bytes, 0, bytes.length)
  boxes.wipe()
  return genuine ? bytes.subarray(MAC_SIZE) : undefined
}

function counter({ buffer, byteOffset }: Uint8Array): [high: number, low: number] {
  const view = new DataView(buffer, byteOffset, NONCE_SIZE)
  return [view.getUint32(PREFIX_SIZE), view.getUint32(PREFIX_SIZE + 4)]
}

/** Whether two secrets are the same, in a time that tells nothing of where they differ. */
export function sameSecret(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] ?? 0)
  return difference === 0
}

/** Overwrites secrets that are no longer needed. */
export function wipe(...secrets: readonly (Uint8Array | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0)
}

/** Nothing is sealed or opened by mistake with a key of zeros. */
export function wiped(): Error {
  return new Error('these boxes have been wiped')
}
