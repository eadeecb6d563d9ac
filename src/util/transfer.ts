import { allocate } from './bytes.js'

/*
 * Memory that callers have given away, so that it can be moved to another thread rather than copied.
 * What is moved is gone here. So memory that goes to more than one receiver is no longer a gift.
 */

/** None before the first gift: nobody else has to look. */
let given: WeakSet<ArrayBufferLike> | undefined

/**
 * Gives memory away: sent to another thread, or to a worker of a page, it is moved there without a copy,
 * and whatever was a view of it here is empty from then on.
 *
 *     await push.send(transfer(pixels))
 *
 * It is leave, not a promise. What is short, goes to several peers or not to another thread is sent
 * like anything else, and so is memory that cannot be moved as a whole: a view of a part of an `ArrayBuffer`,
 * such as a short `Buffer` in Node, or a `SharedArrayBuffer`. Either way the memory must not be read,
 * changed or sent again, whatever the transport.
 *
 * @returns what it was given.
 * @throws TypeError when that is not memory.
 */
export function transfer<T extends ArrayBufferView | ArrayBuffer | SharedArrayBuffer>(
  memory: T,
): T {
  if (ArrayBuffer.isView(memory)) {
    if (memory.byteLength === memory.buffer.byteLength) give(memory.buffer)
  } else if (memory instanceof ArrayBuffer) give(memory)
  else if (Object.prototype.toString.call(memory) !== '[object SharedArrayBuffer]') {
    throw new TypeError(`Expected an ArrayBuffer or a view of one, got ${typeof memory}`)
  }
  return memory
}

function give(memory: ArrayBufferLike): void {
  given ??= new WeakSet()
  given.add(memory)
}

/** What was given away is none the less not to be moved: somebody else gets it too, or has it now. */
export function keep(parts: readonly Uint8Array[]): void {
  if (given !== undefined) for (const { buffer } of parts) given.delete(buffer)
}

/** A port, of whatever platform. */
interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void
}

/**
 * Moves bytes through a port, each as an `ArrayBuffer` of its own: what was given away as it is, of
 * anything else a copy.
 * @param message what is posted, with the memory.
 */
export function moveTo(
  port: Port,
  chunks: readonly Uint8Array[],
  message: (memory: ArrayBuffer[]) => unknown,
): void {
  const memory = chunks.map(taken)
  try {
    port.postMessage(message(memory), memory)
  } catch {
    // There is memory that cannot leave its place, such as that of WebAssembly.
    const copies = chunks.map(copied)
    port.postMessage(message(copies), copies)
  }
}

function taken(bytes: Uint8Array): ArrayBuffer {
  const { buffer, length } = bytes
  const whole = length === buffer.byteLength && buffer instanceof ArrayBuffer
  return whole && given?.delete(buffer) === true ? buffer : copied(bytes)
}

function copied(bytes: Uint8Array): ArrayBuffer {
  const copy = allocate(bytes.length)
  copy.set(bytes)
  return copy.buffer as ArrayBuffer
}

/**
 * Whether a chunk was moved elsewhere before it could be written, since somebody sent twice what he had given away.
 * What was announced cannot be kept then: the connection has to end.
 */
export function isGone(chunk: Uint8Array): boolean {
  return chunk.length === 0
}
