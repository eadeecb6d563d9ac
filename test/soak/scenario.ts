import type { Run } from './run.js'

/** What a scenario cannot do without. */
export interface Need {
  readonly name: string
  isThere(): boolean
}

/** Something that happens to sockets in the long run, and what must be true of them then. */
export interface Scenario {
  /** For `--only`. */
  readonly name: string
  readonly title: string
  readonly needs?: readonly Need[]
  /** @throws Error when it cannot go on; what it measured is told through `run`. */
  play(run: Run): Promise<void>
}
