import { asFrame, copyOf, EMPTY, fromText } from './util/bytes.js'

/** `Buffer` as Node's types have it, over memory of any kind. */
type NodeBuffer = typeof globalThis extends {
  Buffer: { isBuffer(value: unknown): value is infer B }
}
  ? B
  : never

/** A frame where there is no `Buffer`: bytes whose `toString()` decodes UTF-8. */
export interface Frame extends Uint8Array {
  /** The bytes as UTF-8 text. */
  toString(): string
}

/**
 * One part of a received message: a `Buffer` in Node, elsewhere a `Uint8Array` whose `toString()`
 * decodes UTF-8. It belongs to the receiver.
 */
export type Message = [NodeBuffer] extends [never] ? Frame : NodeBuffer

/**
 * What can be sent as one part: bytes of any kind are sent as they are, `null` as an empty part,
 * everything else as the UTF-8 text of `String(value)`.
 */
export type MessageLike = ArrayBufferView | ArrayBuffer | SharedArrayBuffer | string | number | null

/** The parts of one message inside the library. A message travels whole, never part by part. */
export type Parts = Uint8Array[]

/** A change of what a peer wants. */
export interface Subscription {
  readonly topic: Uint8Array
  /** True to subscribe, false to cancel. */
  readonly on: boolean
}

/** The change that a part of a message stands for, in the form of ZMTP 3.0; undefined for other parts. */
function asSubscription(part: Uint8Array): Subscription | undefined {
  const [first] = part
  return first === 0 || first === 1 ? { topic: part.subarray(1), on: first === 1 } : undefined
}

/**
 * Takes the changes of subscriptions out of a message.
 * @param onlyFirst only if the first part is one.
 * @returns what is left of it.
 */
export function takeSubscriptions(
  message: Parts,
  onlyFirst: boolean,
  take: (change: Subscription) => void,
): Parts {
  if (onlyFirst && asSubscription(message[0] as Uint8Array) === undefined) return message
  return message.filter((part) => {
    const change = asSubscription(part)
    if (change !== undefined) take(change)
    return change === undefined
  })
}

/**
 * The longest part that is copied when it is sent. Longer ones are sent from the caller's own
 * memory, which must stay as it is until the message has left; the same promise as libzmq's binding.
 */
export const COPIED_AT_SEND = 128

/** What a caller gave to `send()`, as parts. */
export function toParts(message: unknown): Parts {
  if (!Array.isArray(message)) return [toPart(message)]
  const parts = new Array<Uint8Array>(message.length)
  for (let i = 0; i < message.length; i++) {
    const part: unknown = message[i]
    // An undefined element is text in the reference, unlike null: kept for its odd users.
    parts[i] = part === undefined ? fromText('undefined') : toPart(part)
  }
  return parts
}

function toPart(value: unknown): Uint8Array {
  if (typeof value === 'string') return fromText(value)
  if (value instanceof Uint8Array) return value
  if (value === null || value === undefined) return EMPTY
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  }
  if (value instanceof ArrayBuffer || isShared(value)) return new Uint8Array(value)
  if (typeof value === 'symbol') throw new TypeError('Cannot convert a Symbol value to a string')
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- the reference sends just this
  return fromText(String(value))
}

function isShared(value: unknown): value is SharedArrayBuffer {
  return typeof SharedArrayBuffer !== 'undefined' && value instanceof SharedArrayBuffer
}

/** Parts that are safe to keep while the caller goes on: short ones are copied, long ones shared. */
export function ownParts(parts: Parts): Parts {
  const owned = new Array<Uint8Array>(parts.length)
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Uint8Array
    owned[i] = part.length <= COPIED_AT_SEND ? copyOf(part) : asFrame(part)
  }
  return owned
}
