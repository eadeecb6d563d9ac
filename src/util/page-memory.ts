/**
 * Bytes as users see them in a page: a `Uint8Array` whose `toString()` decodes UTF-8, as that of a
 * `Buffer` does.
 */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

class Frame extends Uint8Array {
  override toString(): string {
    return utf8.decode(this)
  }
}

/** Makes a frame of memory that is there already. */
export const View: new (memory: ArrayBufferLike, offset: number, length: number) => Uint8Array =
  Frame

export const EMPTY: Uint8Array = new Frame(0)

/** Memory of its own. */
export const allocate = (size: number): Uint8Array => new Frame(size)

/** The same memory in the shape users are promised. */
export const asFrame = (bytes: Uint8Array): Uint8Array =>
  bytes instanceof Frame
    ? bytes
    : new Frame(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)

export const fromText = (text: string): Uint8Array => asFrame(encoder.encode(text))

/** A copy of its own. */
export const copyOf = (bytes: Uint8Array): Uint8Array => new Frame(bytes)

export const toText = (bytes: Uint8Array): string => utf8.decode(bytes)
