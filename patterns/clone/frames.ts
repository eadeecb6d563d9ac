import type { Message } from 'zerowire/extra'

/** Words of CHP, none of which can be a key. */
export const ICANHAZ = 'ICANHAZ?'
export const KTHXBAI = 'KTHXBAI'
export const HUGZ = 'HUGZ'

/** The longest key, in bytes: what the guide's programs have room for. */
const MAX_KEY_BYTES = 255
/** The longest text of properties, in bytes. */
const MAX_PROPERTIES_BYTES = 1024
const UUID_BYTES = 16
const SEQUENCE_BYTES = 8

const EMPTY = new Uint8Array(0)

/** What KVSYNC, KVPUB and KVSET have in common: one key, and its value. An empty value deletes the key. */
export interface KeyValue {
  readonly key: string
  readonly sequence: number
  /** 16 bytes, or none. */
  readonly uuid: Uint8Array
  /** Lines of `name=value`. */
  readonly properties: string
  readonly value: Uint8Array
}

/** What a {@link KeyValue} has when nobody says otherwise. */
export const PLAIN: Omit<KeyValue, 'key'> = {
  sequence: 0,
  uuid: EMPTY,
  properties: '',
  value: EMPTY,
}

/** The five frames. */
export function encode(change: KeyValue): (string | Uint8Array)[] {
  return [change.key, encodeSequence(change.sequence), change.uuid, change.properties, change.value]
}

/** @returns nothing when that is no message of CHP. */
export function decode(frames: readonly Message[]): KeyValue | undefined {
  const [key, number, uuid, properties, value] = frames
  if (!key || !number || !uuid || !properties || !value || frames.length !== 5) return undefined
  if (key.length === 0 || key.length > MAX_KEY_BYTES) return undefined
  if (uuid.length !== 0 && uuid.length !== UUID_BYTES) return undefined
  if (properties.length > MAX_PROPERTIES_BYTES) return undefined
  const sequence = decodeSequence(number)
  const text = String(key)
  // What is no UTF-8 comes out with a replacement: two such keys would be one.
  if (sequence === undefined || text.includes('\uFFFD')) return undefined
  const lines = properties.length === 0 ? '' : String(properties)
  return { key: text, sequence, uuid, properties: lines, value }
}

/** Eight bytes, the highest first. */
function encodeSequence(sequence: number): Uint8Array {
  const bytes = new Uint8Array(SEQUENCE_BYTES)
  let rest = sequence
  for (let at = SEQUENCE_BYTES - 1; rest > 0; at--) {
    bytes[at] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return bytes
}

/** @returns nothing for numbers that nobody reaches by counting. */
function decodeSequence(bytes: Uint8Array): number | undefined {
  if (bytes.length !== SEQUENCE_BYTES) return undefined
  let sequence = 0
  for (const byte of bytes) sequence = sequence * 256 + byte
  return Number.isSafeInteger(sequence) ? sequence : undefined
}

/** Whether a key is none of the words of the protocol. */
export function isFree(key: string): boolean {
  return key !== HUGZ && key !== KTHXBAI
}

/** The longest time to live, in seconds: a hundred years. */
const MAX_TTL = 3_155_760_000

/** @returns seconds; nothing when there is no such property, or 0; NaN when it is malformed. */
export function ttlOf(properties: string): number | undefined {
  if (properties === '') return undefined
  const text = /^ttl=(.*)$/m.exec(properties)?.[1]
  if (text === undefined) return undefined
  const ttl = /^\d{1,10}$/.test(text) ? Number(text) : NaN
  if (ttl === 0) return undefined
  return ttl <= MAX_TTL ? ttl : NaN
}

/** @throws RangeError when it is no whole number of seconds. */
export function ttlProperty(ttl: number | undefined): string {
  if (ttl === undefined) return ''
  if (Number.isInteger(ttl) && ttl > 0 && ttl <= MAX_TTL) return `ttl=${ttl}\n`
  throw new RangeError(`ttl is a whole number of seconds from 1 to ${MAX_TTL}, not ${String(ttl)}`)
}

/** @throws TypeError, RangeError */
export function checkKey(key: string): void {
  if (typeof key !== 'string') throw new TypeError(`a key is text, not ${typeof key}`)
  const { length } = new TextEncoder().encode(key)
  if (length === 0 || length > MAX_KEY_BYTES) {
    throw new RangeError(`a key has 1 to ${MAX_KEY_BYTES} bytes, not ${length}`)
  }
  if (!isFree(key) || key.includes('\uFFFD')) {
    throw new RangeError(`${JSON.stringify(key)} cannot be a key`)
  }
}

/** Bytes as a key of a table, one character each. */
export function keyOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

/** A number that nobody else has, of version 4. */
export function newUuid(): Uint8Array {
  const uuid = crypto.getRandomValues(new Uint8Array(UUID_BYTES))
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x40
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80
  return uuid
}
