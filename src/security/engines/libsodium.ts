import type { Sodium } from 'libsodium'
import { ZmqError } from '../../errors.js'
import {
  KEY_SIZE,
  MAC_SIZE,
  NONCE_SIZE,
  PREFIX_SIZE,
  wiped,
  type Boxes,
  type Engine,
} from '../box.js'
import { randomU32 } from '../../util/bytes.js'

/** The memory of boxes that is there at any time; longer ones get theirs for as long as they are worked on. */
const SCRATCH = 131_072

/** The memory of WebAssembly grows, and never shrinks: what is longer is left to an engine that has none. */
const LONGEST = 16_777_216

/** Below this a loop over the bytes beats the call of `set`, and above all the view that it needs. */
const LOOP_LIMIT = 96

/**
 * libsodium in WebAssembly. Its memory holds one box at a time: what goes in and out is copied, which
 * costs little beside the work itself.
 */
export async function loadLibsodium(): Promise<Engine> {
  const { default: libsodium } = await import('libsodium')
  const unbounded = await loadUnbounded()
  if (typeof libsodium === 'function') {
    return new LibsodiumEngine(await libsodium({ getRandomValue: randomU32 }), unbounded)
  }
  await libsodium.ready
  return new LibsodiumEngine(libsodium, unbounded)
}

/** Undefined where ES modules cannot be loaded by `require()`, as in some test runners. */
async function loadUnbounded(): Promise<Engine | undefined> {
  try {
    return (await import('./noble.js')).noble
  } catch {
    return undefined
  }
}

class LibsodiumEngine implements Engine {
  readonly name = 'libsodium'
  readonly #memory: Memory

  constructor(sodium: Sodium, unbounded: Engine | undefined) {
    this.#memory = new Memory(sodium, unbounded)
  }

  publicKey(secretKey: Uint8Array): Uint8Array {
    return this.#memory.publicKey(secretKey)
  }

  sharedKey(publicKey: Uint8Array, secretKey: Uint8Array): Uint8Array | undefined {
    return this.#memory.sharedKey(publicKey, secretKey)
  }

  boxes(key: Uint8Array, prefix: Uint8Array): Boxes {
    return new LibsodiumBoxes(this.#memory, key, prefix)
  }
}

/** What was allocated in the memory of WebAssembly, and who uses it. */
class Memory {
  readonly sodium: Sodium
  readonly unbounded: Engine | undefined
  readonly key: number
  readonly nonce: number
  readonly counter: number
  readonly scratch: number
  /** The boxes whose key and prefix are there. */
  loaded: LibsodiumBoxes | undefined

  constructor(sodium: Sodium, unbounded: Engine | undefined) {
    if (sodium._sodium_init() < 0) throw new Error('libsodium cannot be used')
    this.sodium = sodium
    this.unbounded = unbounded
    this.key = sodium._malloc(KEY_SIZE)
    this.nonce = sodium._malloc(NONCE_SIZE)
    this.counter = this.nonce + PREFIX_SIZE
    this.scratch = sodium._malloc(SCRATCH)
  }

  publicKey(secretKey: Uint8Array): Uint8Array {
    const { sodium, scratch } = this
    sodium.HEAPU8.set(secretKey, scratch)
    sodium._crypto_scalarmult_base(scratch + KEY_SIZE, scratch)
    return this.#take(KEY_SIZE, 2)
  }

  sharedKey(publicKey: Uint8Array, secretKey: Uint8Array): Uint8Array | undefined {
    const { sodium, scratch } = this
    sodium.HEAPU8.set(secretKey, scratch)
    sodium.HEAPU8.set(publicKey, scratch + KEY_SIZE)
    const at = 2 * KEY_SIZE
    const status = sodium._crypto_box_beforenm(scratch + at, scratch + KEY_SIZE, scratch)
    const key = this.#take(at, 3)
    return status === 0 ? key : undefined
  }

  /** A key from the scratch memory, in which nothing is left of what led to it. */
  #take(at: number, keys: number): Uint8Array {
    const { HEAPU8 } = this.sodium
    const key = HEAPU8.slice(this.scratch + at, this.scratch + at + KEY_SIZE)
    HEAPU8.fill(0, this.scratch, this.scratch + keys * KEY_SIZE)
    return key
  }

  /** @returns 0 when the box is for the other engine. @throws ZmqError `EMSGSIZE` when there is none. */
  room(size: number): number {
    if (size <= SCRATCH) return this.scratch
    if (size > LONGEST && this.unbounded !== undefined) return 0
    const address = this.sodium._malloc(size)
    if (address !== 0 || this.unbounded !== undefined) return address
    throw new ZmqError('EMSGSIZE', { reason: `no memory for a box of ${String(size)} bytes` })
  }

  release(address: number, size: number): void {
    if (address === this.scratch) return
    this.sodium.HEAPU8.fill(0, address, address + size)
    this.sodium._free(address)
  }
}

class LibsodiumBoxes implements Boxes {
  readonly #memory: Memory
  #key: Uint8Array | undefined
  readonly #prefix: Uint8Array

  constructor(memory: Memory, key: Uint8Array, prefix: Uint8Array) {
    this.#memory = memory
    this.#key = Uint8Array.from(key)
    this.#prefix = Uint8Array.from(prefix)
  }

  seal(
    high: number,
    low: number,
    first: number,
    body: Uint8Array,
    out: Uint8Array,
    at: number,
  ): void {
    const memory = this.#memory
    const { sodium } = memory
    const { length } = body
    const size = MAC_SIZE + 1 + length
    const box = memory.room(size)
    if (box === 0) {
      this.#unbounded((boxes) => {
        boxes.seal(high, low, first, body, out, at)
      })
      return
    }
    const heap = sodium.HEAPU8
    this.#load(heap, high, low)
    const plaintext = box + MAC_SIZE
    heap[plaintext] = first
    if (length < LOOP_LIMIT) {
      for (let i = 0; i < length; i++) heap[plaintext + 1 + i] = body[i] as number
    } else heap.set(body, plaintext + 1)
    sodium._crypto_secretbox_easy(box, plaintext, 1 + length, 0, memory.nonce, memory.key)
    if (size < LOOP_LIMIT) for (let i = 0; i < size; i++) out[at + i] = heap[box + i] as number
    else out.set(heap.subarray(box, box + size), at)
    memory.release(box, size)
  }

  open(high: number, low: number, bytes: Uint8Array, start: number, end: number): boolean {
    const memory = this.#memory
    const { sodium } = memory
    const size = end - start
    const box = memory.room(size)
    if (box === 0) return this.#unbounded((boxes) => boxes.open(high, low, bytes, start, end))
    const heap = sodium.HEAPU8
    this.#load(heap, high, low)
    if (size < LOOP_LIMIT) for (let i = 0; i < size; i++) heap[box + i] = bytes[start + i] as number
    else heap.set(bytes.subarray(start, end), box)
    const plaintext = box + MAC_SIZE
    const { key, nonce } = memory
    const genuine = sodium._crypto_secretbox_open_easy(plaintext, box, size, 0, nonce, key) === 0
    if (genuine && size < LOOP_LIMIT) {
      for (let i = MAC_SIZE; i < size; i++) bytes[start + i] = heap[box + i] as number
    } else if (genuine) bytes.set(heap.subarray(plaintext, box + size), start + MAC_SIZE)
    memory.release(box, size)
    return genuine
  }

  wipe(): void {
    this.#key?.fill(0)
    this.#key = undefined
    const memory = this.#memory
    if (memory.loaded !== this) return
    memory.loaded = undefined
    memory.sodium.HEAPU8.fill(0, memory.key, memory.key + KEY_SIZE)
  }

  #unbounded<T>(use: (boxes: Boxes) => T): T {
    const { unbounded } = this.#memory
    if (this.#key === undefined || unbounded === undefined) throw wiped()
    const boxes = unbounded.boxes(this.#key, this.#prefix)
    try {
      return use(boxes)
    } finally {
      boxes.wipe()
    }
  }

  #load(heap: Uint8Array, high: number, low: number): void {
    const memory = this.#memory
    if (memory.loaded !== this) {
      if (this.#key === undefined) throw wiped()
      heap.set(this.#key, memory.key)
      heap.set(this.#prefix, memory.nonce)
      memory.loaded = this
    }
    const { counter } = memory
    heap[counter] = high >>> 24
    heap[counter + 1] = high >>> 16
    heap[counter + 2] = high >>> 8
    heap[counter + 3] = high
    heap[counter + 4] = low >>> 24
    heap[counter + 5] = low >>> 16
    heap[counter + 6] = low >>> 8
    heap[counter + 7] = low
  }
}
