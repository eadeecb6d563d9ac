import { isUtf8 } from 'node:buffer'
import { COMMAND, LONG, MORE } from '../../wire/frame.js'
import type { Item } from './trace.js'

/** Who has said something: the one that connected, or the one that listened. */
export type Side = 'client' | 'server'

const ARROWS: Readonly<Record<Side, string>> = { client: '>', server: '<' }

/** How items are printed. */
export interface Look {
  readonly json: boolean
  /** Bytes of a body that are shown. */
  readonly bytes: number
}

/** An item as a line, without its end. */
export function itemText(connection: number, from: Side, item: Item, look: Look): string {
  if (look.json) return JSON.stringify({ connection, from, ...plain(item, look.bytes) })
  const head = `#${String(connection)} ${ARROWS[from]} ${String(item.offset).padStart(8)}`
  return `${head} ${words(item, look.bytes)}`
}

function words(item: Item, shown: number): string {
  switch (item.type) {
    case 'greeting':
      return `greeting ZMTP ${item.version} ${item.mechanism}${item.asServer ? ' as server' : ''}`
    case 'command': {
      const { name, properties } = item.content
      const facts = Object.entries(properties).map(
        ([key, value]) =>
          ` ${key}=${typeof value === 'string' ? value : bytesText(value, value.length, shown)}`,
      )
      return `${name} [${flagsText(item.flags)}] ${sizeText(item.size)}${facts.length > 0 ? ':' : ''}${facts.join('')}`
    }
    case 'frame':
      return `frame [${flagsText(item.flags)}] ${sizeText(item.size)}: ${bytesText(item.body, item.size, shown)}`
    case 'error':
      return `error at byte ${String(item.offset)}: ${item.reason}`
  }
}

function plain(item: Item, shown: number): object {
  const { type, offset } = item
  switch (item.type) {
    case 'command': {
      const properties = Object.entries(item.content.properties).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : bytesJson(value.subarray(0, shown)),
      ])
      const { name } = item.content
      const { flags, size } = item
      return {
        type,
        offset,
        name,
        flags,
        size,
        properties: Object.fromEntries(properties) as object,
      }
    }
    case 'frame': {
      const { flags, size, more, body } = item
      return { type, offset, flags, size, more, body: bytesJson(body), whole: body.length === size }
    }
    case 'greeting':
    case 'error':
      return item
  }
}

function flagsText(flags: number): string {
  const names = [
    [COMMAND, 'command'],
    [LONG, 'long'],
    [MORE, 'more'],
  ] as const
  return names.flatMap(([bit, name]) => ((flags & bit) === 0 ? [] : [name])).join(' ') || 'last'
}

function sizeText(size: number): string {
  return size === 1 ? '1 byte' : `${String(size)} bytes`
}

/** Text in quotes, or bytes in hexadecimal digits; what is not shown is said. */
function bytesText(bytes: Uint8Array, size: number, shown: number): string {
  const some = Buffer.from(bytes.subarray(0, shown))
  const cut = some.length < size ? ` (${String(some.length)} of ${String(size)} bytes)` : ''
  const text = some.toString()
  // A character that is cut in two at the end is no reason to print digits.
  const isText = isUtf8(some) || (cut !== '' && isUtf8(Buffer.from(text.replace(/\uFFFD$/, ''))))
  return (
    (isText && !/[\0-\x08\x0e-\x1f\x7f]/.test(text)
      ? JSON.stringify(text)
      : `0x${some.toString('hex')}`) + cut
  )
}

function bytesJson(bytes: Uint8Array): string | { base64: string } {
  const buffer = Buffer.from(bytes)
  return isUtf8(buffer) ? buffer.toString() : { base64: buffer.toString('base64') }
}
