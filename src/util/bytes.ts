import * as memory from '#memory'

// Constants of this module: what a module hands on costs a call where modules are CommonJS.

/**
 * Makes a frame of memory that is there already: what arrays of type `Buffer` are really made by,
 * at half the price of `subarray`.
 */
export const View: typeof memory.View = memory.View

export const EMPTY: Uint8Array = memory.EMPTY

/** Memory of its own, its content undefined: the caller fills all of it before anyone else sees it. */
export const allocate: (size: number) => Uint8Array = memory.allocate

export const fromText: (text: string) => Uint8Array = memory.fromText

/** The same memory in the shape users are promised. */
export const asFrame: (bytes: Uint8Array) => Uint8Array = memory.asFrame

/** A copy of its own; in Node short ones share a pool (8 KiB, 64 KiB since Node 26). */
export const copyOf: (bytes: Uint8Array) => Uint8Array = memory.copyOf

export const toText: (bytes: Uint8Array) => string = memory.toText

/** What a call can safely be given at once. */
const MOST_ARGUMENTS = 4096

/** One character a byte: a key for maps, and the ASCII text of protocol names. */
export function toLatin1(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += MOST_ARGUMENTS) {
    const some = bytes.subarray(at, at + MOST_ARGUMENTS) as unknown as number[]
    // Spread would copy the bytes into an array first.
    text += String.fromCharCode.apply(null, some)
  }
  return text
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const chunk of chunks) length += chunk.length
  const whole = allocate(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

/** A number that cannot be guessed. */
export function randomU32(): number {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1))
  return number
}
