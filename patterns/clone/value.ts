import type { MessageLike } from 'zerowire'
import type { Message } from 'zerowire/extra'

/** A value as it is sent and kept: a copy of its own, since the caller's may change. */
export function asValue(value: MessageLike): Message {
  const bytes = bytesOf(value)
  // As a part that has come by a socket: a Buffer, where there are any.
  const { Buffer } = globalThis as { Buffer?: { from(memory: ArrayBufferLike): Uint8Array } }
  return (Buffer ? Buffer.from(bytes.buffer) : bytes) as Message
}

function bytesOf(value: MessageLike): Uint8Array {
  if (value === null) return new Uint8Array(0)
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice()
  }
  if (typeof value === 'string' || typeof value === 'number') {
    // Of as much memory as the text has bytes, and no more.
    return new TextEncoder().encode(String(value)).slice()
  }
  return new Uint8Array(value).slice()
}
