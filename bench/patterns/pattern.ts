import { COMMON, type Row } from '../row.js'
import type { Scenario } from '../task.js'

/**
 * A pattern of `patterns/`, and what it has to reach. Nobody else has one through the same API, so
 * its goal is a bound, or another row. Its scenario imports the pattern when it is called, since every process of
 * the benchmark knows every row; it counts the bodies, of `size` bytes each (see {@link Meter}).
 */
export interface Pattern extends Pick<Row, 'name' | 'title' | 'goals'> {
  readonly figure?: Row['figure']
  readonly size?: number
  readonly peers?: number
  /** Requests, messages or keys of a run: as many as take some two seconds. */
  readonly count: number
  readonly plays: Scenario
}

/** The name under which the scenario of a pattern is found. */
export function scenarioName(name: string): `patterns/${string}` {
  return `patterns/${name}`
}

export function rowOf({ plays: _, count, ...facts }: Pattern): Row {
  return {
    ...COMMON,
    ...facts,
    group: 'Patterns',
    scenario: scenarioName(facts.name),
    counts: { zerowire: count },
  }
}
