import { isUtf8 } from 'node:buffer'
import { EXIT, Stop } from './exit.js'
import type { Label, Letter } from './letter.js'

/** A part that is no text. */
interface Binary {
  readonly base64: string
}

type Part = string | Binary

const FORMS = 'expected a part (a text or {"base64": "..."}), an array of parts, or an object'

/**
 * A letter as one line of JSON: an array of its parts, or, where the first of them has a name, an object with
 * that name and `parts`.
 */
export function toJson(letter: Letter, label: Label | undefined): string {
  const parts = letter.map(toPart)
  if (label === undefined) return JSON.stringify(parts)
  const [first = '', ...rest] = parts
  return JSON.stringify({ [label]: first, parts: rest })
}

/** The letter that a line of JSON says. @throws Stop when it says none; `where` is named. */
export function fromJson(bytes: Uint8Array, label: Label | undefined, where: string): Letter {
  const text = Buffer.from(bytes).toString()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong(where, 'is no JSON', text, FORMS)
  }
  const letter = lettersOf(value, label)
  if (letter === undefined) throw wrong(where, 'is no message', text, formsWith(label))
  return letter
}

function lettersOf(value: unknown, label: Label | undefined): Letter | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : partsOf(value)
  const alone = fromPart(value)
  if (alone !== undefined) return [alone]
  if (typeof value !== 'object' || value === null) return undefined
  const { parts, ...rest } = value as Record<string, unknown>
  const names = Object.keys(rest)
  if (names.length > 1 || (names[0] !== undefined && names[0] !== label)) return undefined
  const body = parts === undefined ? [] : Array.isArray(parts) ? partsOf(parts) : partsOf([parts])
  if (label === undefined || names.length === 0) return body?.length === 0 ? undefined : body
  const name = rest[label]
  const first = fromPart(typeof name === 'number' ? String(name) : name)
  return first === undefined || body === undefined ? undefined : [first, ...body]
}

function partsOf(values: readonly unknown[]): Letter | undefined {
  const parts = values.map(fromPart)
  return parts.every((part) => part !== undefined) ? parts : undefined
}

function fromPart(value: unknown): Uint8Array | undefined {
  if (typeof value === 'string') return Buffer.from(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { base64, ...rest } = value as Partial<Binary>
  if (typeof base64 !== 'string' || Object.keys(rest).length > 0) return undefined
  // Buffer takes anything; what it did not understand is not what was meant.
  const bytes = Buffer.from(base64, 'base64')
  return bytes.toString('base64').replace(/=+$/, '') === base64.replace(/=+$/, '')
    ? bytes
    : undefined
}

function toPart(bytes: Uint8Array): Part {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return isUtf8(buffer) ? buffer.toString() : { base64: buffer.toString('base64') }
}

function formsWith(label: Label | undefined): string {
  return `${FORMS} with ${label === undefined ? '' : `"${label}" and `}"parts"`
}

function wrong(where: string, what: string, text: string, expected: string): Stop {
  const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text
  return new Stop(EXIT.error, `${where} ${what}: ${shown}; ${expected}`)
}
