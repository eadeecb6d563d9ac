import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type { TextFile } from './corpus.js'
import type { Answers } from './messages.js'
import { countWords, merge, topWords, totalWords, type WordCounts } from './words.js'

export interface Check {
  readonly what: string
  readonly passed: boolean
}

/** Counts the same files without any messages. */
export async function countAlone(files: readonly TextFile[]): Promise<WordCounts> {
  const counts: WordCounts = new Map()
  for (const { path } of files) merge(counts, countWords(await readFile(path, 'utf8')))
  return counts
}

/** Compares what the system answers with what one process counts alone. */
export function compare(
  { summary, top, all }: Answers,
  files: readonly TextFile[],
  alone: WordCounts,
  workers: readonly string[],
): Check[] {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const check = (what: string, got: unknown, expected: unknown): Check => ({
    what,
    passed: isDeepStrictEqual(got, expected),
  })
  return [
    check('number of files', summary.files, files.length),
    check('number of bytes', summary.bytes, bytes),
    check('number of words', summary.total, totalWords(alone)),
    check('number of distinct words', summary.distinct, alone.size),
    check('top words', top, topWords(alone)),
    check('count of every single word', new Map(all), alone),
    check('workers that took part', Object.keys(summary.shares).sort(), [...workers].sort()),
  ]
}
