import type { Far } from './far.js'

/** What a test asks of the process of the far ends. */
export interface Command {
  /** Tells calls apart. */
  readonly call: number
  readonly end: number
  readonly method: 'open' | Exclude<keyof Far, 'endpoint'>
  readonly args: readonly unknown[]
}

/** What became of it. */
export interface Outcome {
  readonly call: number
  readonly result?: unknown
  readonly error?: string
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Where commands for the process of the far ends are sent to. */
    readonly farEnds: string
  }
}
