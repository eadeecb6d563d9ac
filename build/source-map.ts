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
