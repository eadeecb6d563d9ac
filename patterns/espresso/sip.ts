import type { Message } from 'zerowire/extra'

/** One thing that went by, as the tap is shown it. */
export interface Sip {
  /**
   * A single part that begins with 01 or 00 is a subscription, or its end. A publisher that sends such
   * a message is taken for a subscriber: the copy does not say where it came from.
   */
  readonly kind: 'subscribe' | 'unsubscribe' | 'message'
  /** What was subscribed to, or the first part. */
  readonly topic: Message
  /** All parts, as they went by. */
  readonly parts: readonly Message[]
  /** How many bytes all parts have. */
  readonly bytes: number
}

const KINDS = ['unsubscribe', 'subscribe'] as const

/** The longest part that is shown in full. */
const LONGEST = 40

export function sipOf(parts: readonly Message[]): Sip {
  const [first] = parts as [Message]
  const bytes = parts.reduce((sum, part) => sum + part.length, 0)
  const kind = parts.length === 1 ? KINDS[first[0] ?? -1] : undefined
  if (kind) return { kind, topic: first.subarray(1), parts, bytes }
  return { kind: 'message', topic: first, parts, bytes }
}

/** One line for people: `subscribe "fruit"`, `message "fruit" "apple" (10 bytes)`. */
export function describe({ kind, topic, parts, bytes }: Sip): string {
  if (kind !== 'message') return `${kind} ${shown(topic)}`
  return `message ${parts.map(shown).join(' ')} (${bytes} bytes)`
}

/** Text in quotation marks, or bytes in hexadecimal, and not all of what is long. */
function shown(part: Uint8Array): string {
  const short = part.subarray(0, LONGEST)
  const rest = part.length > LONGEST ? '…' : ''
  const text = textOf(short)
  if (text !== undefined) return `"${text}"${rest}`
  return [...short].map((byte) => byte.toString(16).padStart(2, '0')).join('') + rest
}

/** @returns undefined for what is no text that a terminal can show. */
function textOf(bytes: Uint8Array): string | undefined {
  // What was cut within a character is still text.
  const text = new TextDecoder().decode(bytes, { stream: true })
  return /[\p{Cc}\uFFFD]/u.test(text) ? undefined : text
}
