/** How often each word occurs. */
export type WordCounts = Map<string, number>

const word = /\p{L}{2,}/gu

export function countWords(text: string): WordCounts {
  const counts: WordCounts = new Map()
  for (const found of text.toLowerCase().match(word) ?? []) add(counts, found, 1)
  return counts
}

export function merge(into: WordCounts, counts: Iterable<readonly [string, number]>): void {
  for (const [found, times] of counts) add(into, found, times)
}

function add(counts: WordCounts, found: string, times: number): void {
  counts.set(found, (counts.get(found) ?? 0) + times)
}

export function totalWords(counts: WordCounts): number {
  let total = 0
  for (const times of counts.values()) total += times
  return total
}

/** The twenty most frequent words; equally frequent ones in alphabetical order. */
export function topWords(counts: WordCounts): [string, number][] {
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, 20)
}
