/**
 * Bytes as users see them: in Node every frame is a `Buffer`; elsewhere a `Uint8Array` whose
 * `toString()` decodes UTF-8, so that `frame.toString()` means the same everywhere.
 * This is the only place that asks whether the runtime has `Buffer`; pages have page-memory.ts.
 */
type ViewConstructor = new (memory: ArrayBufferLike, offset: number, length: number) => Uint8Array

interface BufferConstructor {
  readonly prototype: Uint8Array
  readonly [Symbol.species]?: ViewConstructor
  allocUnsafeSlow(size: number): Uint8Array
  from(text: string, encoding: 'utf8'): Uint8Array
  from(bytes: Uint8Array): Uint8Array
  from(memory: ArrayBufferLike, offset: number, length: number): Uint8Array
  isBuffer(value: unknown): boolean
}

const runtime = (globalThis as { Buffer?: BufferConstructor }).Buffer
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

class Frame extends Uint8Array {
  override toString(): string {
    return utf8.decode(this)
  }
}

/**
 * Makes a frame of memory that is there already: what arrays of type `Buffer` are really made by,
 * at half the price of `subarray`.
 */
export const View: ViewConstructor = viewConstructor()

function viewConstructor(): ViewConstructor {
  const species = runtime?.[Symbol.species]
  if (species?.prototype === runtime?.prototype && species !== undefined) return species
  if (runtime === undefined) return Frame
  return function (memory: ArrayBufferLike, offset: number, length: number) {
    return runtime.from(memory, offset, length)
  } as unknown as ViewConstructor
}

export const EMPTY: Uint8Array = runtime?.allocUnsafeSlow(0) ?? new Frame(0)

/** Memory of its own, its content undefined: the caller fills all of it before anyone else sees it. */
export const allocate: (size: number) => Uint8Array = runtime
  ? (size) => runtime.allocUnsafeSlow(size)
  : (size) => new Frame(size)

export const fromText: (text: string) => Uint8Array = runtime
  ? (text) => runtime.from(text, 'utf8')
  : (text) => asFrame(encoder.encode(text))

/** The same memory in the shape users are promised. */
export const asFrame: (bytes: Uint8Array) => Uint8Array = runtime
  ? (bytes) =>
      runtime.isBuffer(bytes)
        ? bytes
        : runtime.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  : (bytes) =>
      bytes instanceof Frame
        ? bytes
        : new Frame(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)

/** A copy of its own; in Node short ones share a pool (8 KiB, 64 KiB since Node 26). */
export const copyOf: (bytes: Uint8Array) => Uint8Array = runtime
  ? (bytes) => runtime.from(bytes)
  : (bytes) => new Frame(bytes)

export function toText(bytes: Uint8Array): string {
  return utf8.decode(bytes)
}
