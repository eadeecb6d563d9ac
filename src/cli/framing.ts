import { fromJson, toJson } from './json-letter.js'
import { misuse } from './exit.js'
import type { Label, Letter } from './letter.js'
import { Lines, Pieces } from './split.js'

export const FRAMINGS = ['lines', 'json', 'raw'] as const

/** How letters are told apart on stdin and stdout. */
export interface Framing {
  /** What finds letters in bytes, from the beginning of an input. */
  reader(): { push(chunk: Uint8Array): Letter[]; end(): Letter[] }
  /** One letter from a whole text or output. */
  read(bytes: Uint8Array): Letter
  write(letter: Letter): Uint8Array
}

/** The options that a framing is made from. */
export interface FramingOptions {
  readonly framing: (typeof FRAMINGS)[number]
  readonly delimiter?: string
  readonly size?: number
}

/** The framing that options ask for. @param label what the first part of letters is. */
export function framingOf(options: FramingOptions, label?: Label): Framing {
  const { framing, delimiter, size } = options
  const addressed = label === 'routingId' || label === 'group'
  if (framing !== 'lines' && delimiter !== undefined) {
    throw misuse(`--delimiter is for --framing lines, not ${framing}`)
  }
  if (framing !== 'raw' && size !== undefined) {
    throw misuse(`--size is for --framing raw, not ${framing}`)
  }
  if (framing === 'json') return jsonFraming(label)
  if (framing === 'lines') return lineFraming(delimiter ?? (addressed ? TAB : undefined))
  if (!addressed) return rawFraming(size)
  throw misuse(`--framing raw has no place for the ${label}: expected lines or json`)
}

const TAB = '\t'
const NEWLINE = Buffer.from('\n')

/** A line is a letter. Without a delimiter it is one part, and parts are printed with tabs between them. */
function lineFraming(delimiter: string | undefined): Framing {
  const between = Buffer.from(delimiter ?? TAB)
  const toLetter = (line: Uint8Array): Letter =>
    delimiter === undefined ? [line] : splitBy(line, between)
  return {
    reader() {
      const lines = new Lines()
      return {
        push: (chunk) => lines.push(chunk).map(toLetter),
        end: () => lines.end().map(toLetter),
      }
    },
    read: (bytes) => toLetter(withoutNewline(bytes)),
    write: (letter) =>
      Buffer.concat([
        ...letter.flatMap((part, i) => (i === 0 ? [part] : [between, part])),
        NEWLINE,
      ]),
  }
}

/** A line is a letter in JSON. */
function jsonFraming(label: Label | undefined): Framing {
  return {
    reader() {
      const lines = new Lines()
      const toLetter = (line: Uint8Array, number: number): Letter[] =>
        line.length === 0 ? [] : [fromJson(line, label, `line ${String(number)}`)]
      let number = 0
      return {
        push: (chunk) => lines.push(chunk).flatMap((line) => toLetter(line, (number += 1))),
        end: () => lines.end().flatMap((line) => toLetter(line, (number += 1))),
      }
    },
    read: (bytes) => fromJson(bytes, label, 'the text'),
    write: (letter) => Buffer.from(`${toJson(letter, label)}\n`),
  }
}

/** Nothing but bytes: all of them are one letter, or pieces of a size. */
function rawFraming(size: number | undefined): Framing {
  return {
    reader() {
      const pieces = new Pieces(size)
      return {
        push: (chunk) => pieces.push(chunk).map((piece) => [piece]),
        end: () => pieces.end().map((piece) => [piece]),
      }
    },
    read: (bytes) => [bytes],
    write: (letter) => Buffer.concat(letter),
  }
}

function splitBy(line: Uint8Array, between: Buffer): Letter {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.length)
  const parts: Letter = []
  let begin = 0
  for (let at = bytes.indexOf(between); at >= 0; at = bytes.indexOf(between, begin)) {
    parts.push(bytes.subarray(begin, at))
    begin = at + between.length
  }
  parts.push(bytes.subarray(begin))
  return parts
}

function withoutNewline(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === 10 ? bytes.subarray(0, -1) : bytes
}
