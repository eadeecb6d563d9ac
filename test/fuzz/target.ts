import type { Input } from './input.js'
import type { Shape } from './mutate.js'

/** A part of the library that reads what others have written. */
export interface Target extends Shape {
  readonly name: string
  /** Inputs to begin with. */
  readonly seeds: readonly Input[]
  /**
   * Feeds it an input, and judges what becomes of it.
   * @returns in a few words what it came to: an input that comes to something new is kept.
   * @throws Violation, and whatever else it should not.
   */
  run(input: Input): string | Promise<string>
  /** So many more inputs than of other targets are tried in a turn: those that are fast. */
  readonly weight: number
}
