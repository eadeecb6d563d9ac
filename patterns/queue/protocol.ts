/** First in every message, so that whoever speaks something else is noticed. */
export const VERSION = 'QUEUE1'

/** What clients ask for, each answered by the command beside it. */
export const ANSWERS = {
  SEND: 'SENT',
  RECEIVE: 'HEARTBEAT',
  DELETE: 'DONE',
  RETURN: 'DONE',
  REJECT: 'DONE',
  RENEW: 'DONE',
  CANCEL: 'DONE',
} as const

/** How many messages of a producer may be unconfirmed, and how many ids of it a queue remembers. */
export const WINDOW = 1024

/** Messages and bytes after which the next ones go into another message of the socket. */
export const MOST_TOGETHER = 256
export const MOST_BYTES = 65_536

/** Letters, digits and signs: no spaces, and nothing that ends a key of the store. */
const NAME = /^[!-~]{1,128}$/
const NUMBER = /^\d{1,16}$/

export function isName(text: string): boolean {
  return NAME.test(text)
}

/** @throws TypeError when it is none. */
export function name(what: string, text: string): string {
  if (isName(text)) return text
  throw new TypeError(`${what} is 1 to 128 characters of ASCII without spaces, not '${text}'`)
}

/** A number that a peer has sent. Undefined when it is none. */
export function parseNumber(text: string | undefined): number | undefined {
  return text !== undefined && NUMBER.test(text) ? Number(text) : undefined
}

/** Numbers with spaces between them, at most so many. Undefined when something else is among them. */
export function parseNumbers(text: string, most: number): number[] | undefined {
  const numbers: number[] = []
  for (const part of text.split(' ', most + 1)) {
    const number = parseNumber(part)
    if (number === undefined) return undefined
    numbers.push(number)
  }
  return numbers.length > most ? undefined : numbers
}

/** What a producer says of a message; `delay` and `ttl` in milliseconds. */
export interface Head {
  readonly id: string
  readonly delay: number
  readonly ttl: number | undefined
}

const NEW_LINE = 10

/** The first line of a head, which is all that concerns the broker. */
export function parseHead(frame: Uint8Array): Head | undefined {
  const end = frame.indexOf(NEW_LINE)
  const line = (end < 0 ? frame : frame.subarray(0, end)).toString()
  // Most have nothing but an id.
  if (!line.includes(' ')) return isName(line) ? { id: line, delay: 0, ttl: undefined } : undefined
  const [id = '', delayText, ttlText, ...rest] = line.split(' ')
  const delay = parseNumber(delayText)
  const ttl = parseNumber(ttlText)
  if (!isName(id) || delay === undefined || rest.length > 0) return undefined
  return ttlText !== undefined && ttl === undefined ? undefined : { id, delay, ttl }
}

/** Names and values that travel with a message; the broker does not look at them. */
export type Properties = Readonly<Record<string, string>>

export function headText({ id, delay, ttl }: Head, properties: Properties | undefined): string {
  const times = ttl !== undefined ? ` ${delay} ${ttl}` : delay > 0 ? ` ${delay}` : ''
  return id + times + (properties ? `\n${JSON.stringify(properties)}` : '')
}

/** The id and the properties of a head. Undefined when a foreign producer has sent something else. */
export function readHead(text: string): { id: string; properties: Properties } | undefined {
  const end = text.indexOf('\n')
  const [id = ''] = (end < 0 ? text : text.slice(0, end)).split(' ', 1)
  if (end < 0) return { id, properties: {} }
  try {
    const properties: unknown = JSON.parse(text.slice(end + 1))
    return isProperties(properties) ? { id, properties } : undefined
  } catch {
    return undefined
  }
}

export function isProperties(value: unknown): value is Properties {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((entry) => typeof entry === 'string')
}
