import { FIGURES, ratio } from './figures.js'
import type { Run } from './measure.js'
import type { Goal, Row } from './row.js'
import { median, spread } from './statistics.js'
import type { Figure, Library } from './task.js'

/** Where and with what it was measured. */
export interface Circumstances {
  readonly date: string
  readonly machine: string
  readonly system: string
  readonly node: string
  readonly zerowire: string
  readonly native: string
  /** What else there was to measure. */
  readonly beside?: readonly string[]
  readonly rounds: number
  readonly scale: number
}

/** What one library did in one row; without runs it could not. */
export interface Performance {
  readonly median: number | null
  readonly spread: number | null
  readonly figures: Readonly<Partial<Record<Figure, number>>>
  readonly cpuSeconds: number | null
  readonly peakResident: number | null
  readonly peakHeap: number | null
  readonly runs: readonly Run[]
  readonly failure?: string
}

export interface RowResult {
  readonly name: string
  readonly group: string
  readonly title: string
  readonly figure: Figure
  /** How many times better than the native binding; null when one of them could not. */
  readonly ratio: number | null
  readonly goals: readonly GoalResult[]
  readonly libraries: Readonly<Partial<Record<Library, Performance>>>
}

export interface GoalResult {
  readonly goal: string
  readonly value: number | null
  /** Null when it could not be told. */
  readonly met: boolean | null
}

export interface Results {
  readonly circumstances: Circumstances
  readonly rows: readonly RowResult[]
}

/** The medians of some runs. */
export function performanceOf(row: Row, runs: readonly Run[], failure?: string): Performance {
  const over = (value: (run: Run) => number | undefined): number | null =>
    runs.length === 0 ? null : median(runs.map((run) => value(run) ?? NaN))
  const names = Object.keys(runs[0]?.figures ?? {}) as Figure[]
  return {
    median: over((run) => run.figures[row.figure]),
    spread: runs.length === 0 ? null : spread(runs.map((run) => run.figures[row.figure] ?? NaN)),
    figures: Object.fromEntries(names.map((name) => [name, over((run) => run.figures[name])])),
    cpuSeconds: over((run) => run.cpuSeconds),
    peakResident: over((run) => run.peakResident),
    peakHeap: over((run) => run.peakHeap),
    runs,
    ...(failure === undefined ? {} : { failure }),
  }
}

/** @param earlier the rows measured before, for goals that refer to them. */
export function rowResult(
  { name, group, title, figure, goals }: Row,
  libraries: RowResult['libraries'],
  earlier: readonly RowResult[],
): RowResult {
  const against = (library: Library): number | null =>
    compared(figure, libraries.zerowire, libraries[library])
  return {
    ...{ name, group, title, figure, libraries },
    ratio: against('native'),
    goals: goals.map((goal) => judge(goal)),
  }

  function judge(goal: Goal): GoalResult {
    if ('figure' in goal) {
      const value = libraries.zerowire?.figures[goal.figure] ?? null
      const [word, bound, sign] =
        'most' in goal ? ['most', goal.most, -1] : ['least', goal.least, 1]
      const met = value === null ? null : sign * (value - bound) >= 0
      return { goal: `at ${word} ${FIGURES[goal.figure].text(bound)}`, value, met }
    }
    const other = 'row' in goal ? goal.row : goal.against
    const value =
      'row' in goal
        ? compared(
            figure,
            libraries.zerowire,
            earlier.find((row) => row.name === goal.row)?.libraries.zerowire,
          )
        : against(goal.against)
    const text = `${factor(goal.least)} ${other}`
    return { goal: text, value, met: value === null ? null : value >= goal.least }
  }
}

/** How many times better, for a goal that asks for it; of a bound the row itself tells what was reached. */
export function reachedFactor({ goal, value }: GoalResult): string | undefined {
  return value === null || /^at (most|least) /.test(goal) ? undefined : factor(value)
}

/** A ratio to read. */
export function factor(value: number | null): string {
  if (value === null) return 'n/a'
  return `${value >= 10 ? value.toFixed(1) : value.toFixed(2)}x`
}

function compared(
  figure: Figure,
  ours: Performance | undefined,
  theirs: Performance | undefined,
): number | null {
  if (typeof ours?.median !== 'number' || typeof theirs?.median !== 'number') return null
  return ratio(figure, ours.median, theirs.median)
}
