import type { Figure, Library, ScenarioName, Security } from './task.js'

/** What has to be reached. */
export type Goal =
  /** So many times better than another library in the same run. */
  | { readonly against: Exclude<Library, 'zerowire'>; readonly least: number }
  /** So many times what another row reached. */
  | { readonly row: string; readonly least: number }
  /** An absolute bound. */
  | { readonly figure: Figure; readonly most: number }
  | { readonly figure: Figure; readonly least: number }

/** Messages of a run: as many as take some two seconds. A library without any is not measured. */
export type Counts = Readonly<Partial<Record<Library, number>>>

/** What is measured. */
export interface Row {
  readonly name: string
  readonly group: string
  readonly title: string
  readonly scenario: ScenarioName
  readonly transport: 'tcp' | 'ipc' | 'ws' | 'inproc'
  /** The figure that is compared. */
  readonly figure: Figure
  /** Bytes of a part. */
  readonly size: number
  readonly parts: number
  /** Sockets on the connecting side. */
  readonly peers: number
  /** Distinct subscriptions of a subscriber. */
  readonly topics: number
  readonly security: Security
  readonly counts: Counts
  readonly goals: readonly Goal[]
}

/** What most rows are measured with. */
export const COMMON = {
  transport: 'tcp',
  figure: 'rate',
  size: 16,
  parts: 1,
  peers: 1,
  topics: 1,
  security: 'NULL',
  goals: [],
} as const
