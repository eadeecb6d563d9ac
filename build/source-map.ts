import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec'
import { root } from './entries.js'

interface SourceMap {
  readonly sources: readonly string[]
  readonly mappings: string
}

/** Where the names in a map begin: files of the project, which are not in the package. */
const ROOT = 'zerowire:///'
/** What a stack trace can have been in the middle of. */
const CALL = /\(|\b(new|throw|await|yield)\b/

/**
 * A map for stack traces: of every place that can stand in one, the file and the line. With columns,
 * names, all other lines and a copy of the sources it would be ten times as large as the code.
 */
export function linesOnly(text: string): string {
  const map = JSON.parse(text) as SourceMap
  const sources = map.sources.map((source) => source.replace(/^(\.\.\/)+/, ''))
  const calls = sources.map((source) => {
    const lines = readFileSync(join(root, source), 'utf8').split('\n')
    return lines.map((line) => CALL.test(line))
  })
  const mappings = decode(map.mappings).map((segments) => {
    const kept: SourceMapSegment[] = []
    for (const [column, source = -1, line = -1] of segments) {
      const [, lastSource, lastLine] = kept.at(-1) ?? []
      const known = source === lastSource && line === lastLine
      if (calls[source]?.[line] === true && !known) kept.push([column, source, line, 0])
    }
    return kept
  })
  return JSON.stringify({
    ...{ version: 3, sourceRoot: ROOT, sources, names: [], mappings: encode(mappings) },
  })
}

/** The end of a line in the middle of a string. */
const OPEN = /(?<!\\)(\\\\)*\\$/

/**
 * Code, and its map, with every string in one line. Where lines are limited, strings go on in the next
 * one, and bundlers that indent what they read would make blanks of it part of the string.
 */
export function withWholeStrings(code: string, text: string): { code: string; map: string } {
  const map = JSON.parse(text) as SourceMap
  const segments = decode(map.mappings)
  const lines = ['']
  const moved: SourceMapSegment[][] = [[]]
  for (const [index, line] of code.split('\n').entries()) {
    const begun = lines.pop() ?? ''
    for (const [column, ...place] of segments[index] ?? [])
      moved.at(-1)?.push([begun.length + column, ...place] as SourceMapSegment)
    if (OPEN.test(line)) lines.push(begun + line.slice(0, -1))
    else {
      lines.push(begun + line, '')
      moved.push([])
    }
  }
  lines.pop()
  moved.pop()
  return { code: lines.join('\n'), map: JSON.stringify({ ...map, mappings: encode(moved) }) }
}
