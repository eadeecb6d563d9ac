import type { Coverage } from './coverage.js'
import { bytesOf, type Input } from './input.js'
import { Mutator } from './mutate.js'
import { Violation } from './oracle.js'
import { Random } from './random.js'
import type { Target } from './target.js'
import { format } from './text.js'
import type { Watchdog } from './watchdog.js'

/** Inputs of one target between two looks at the coverage, for each unit of its weight. */
const BATCH = 48

/** An input that takes longer than this, twice, takes more steps than it should. */
const SLOW_MS = 3000

export interface Failure {
  readonly input: Input
  readonly error: unknown
}

/** Runs inputs, one at a time, and catches whatever comes of them. */
export class Runner {
  executions = 0
  readonly #watchdog: Watchdog | undefined
  #stray: unknown

  constructor(watchdog?: Watchdog) {
    this.#watchdog = watchdog
    const stray = (error: unknown): void => {
      this.#stray ??= error
    }
    process.on('uncaughtException', stray)
    process.on('unhandledRejection', stray)
  }

  /** @returns what it came to, or the failure. */
  async run(target: Target, input: Input): Promise<string | Failure> {
    const began = performance.now()
    const result = await this.#once(target, input)
    if (performance.now() - began < SLOW_MS || typeof result !== 'string') return result
    // Somebody else may have had the processor.
    const before = process.cpuUsage()
    await this.#once(target, input)
    const { user } = process.cpuUsage(before)
    if (user < SLOW_MS * 1000) return result
    return { input, error: new Violation(`slow: ${String(user / 1000)} ms`) }
  }

  async #once(target: Target, input: Input): Promise<string | Failure> {
    this.executions++
    this.#watchdog?.begin(input)
    this.#stray = undefined
    try {
      const result = target.run(input)
      const outcome = typeof result === 'string' ? result : await result
      if (this.#stray !== undefined) return { input, error: this.#stray }
      return outcome
    } catch (error) {
      return { input, error }
    } finally {
      this.#watchdog?.end()
    }
  }
}

/** What the search for one target knows. */
class Search {
  readonly target: Target
  readonly corpus: Input[] = []
  readonly #sizes = new WeakMap<Input, number>()
  readonly #outcomes = new Set<string>()
  readonly #random: Random
  readonly #mutator: Mutator

  constructor(target: Target, random: Random, other: () => Input) {
    this.target = target
    this.#random = random
    this.#mutator = new Mutator(random, target, other)
  }

  isNew(outcome: string): boolean {
    return this.#outcomes.size < this.#outcomes.add(outcome).size
  }

  /** The newest are the most promising; and the smallest, for they are fast. */
  pick(): Input {
    const [first, second] = [this.#any(), this.#any()]
    if (this.#random.once(16)) return first
    return this.#sizeOf(first) < this.#sizeOf(second) ? first : second
  }

  /** Undefined when it has become too large. */
  next(): Input | undefined {
    const input = this.#mutator.mutate(this.pick())
    return this.#sizeOf(input) === Infinity ? undefined : input
  }

  #any(): Input {
    const { length } = this.corpus
    const random = this.#random
    const at = random.once(2) ? random.int(length) : length - 1 - random.int(Math.min(length, 12))
    return this.corpus[at] as Input
  }

  #sizeOf(input: Input): number {
    const known = this.#sizes.get(input)
    if (known !== undefined) return known
    let size = Infinity
    try {
      size = bytesOf(input.nodes).length
    } catch {
      // It is larger than inputs may be.
    }
    this.#sizes.set(input, size)
    return size
  }
}

export interface Progress {
  readonly executions: number
  readonly seconds: number
  readonly corpus: number
  readonly crashes: number
}

/** Searches all targets in turn, as long as it may. */
export class Fuzzer {
  readonly #runner: Runner
  readonly #coverage: Coverage
  readonly #searches: readonly Search[]
  readonly #onFailure: (failure: Failure, target: Target) => Promise<void>
  readonly #signatures = new Set<string>()
  readonly #began = performance.now()

  constructor(
    runner: Runner,
    coverage: Coverage,
    targets: readonly Target[],
    seed: number,
    onFailure: (failure: Failure, target: Target) => Promise<void>,
  ) {
    this.#runner = runner
    this.#coverage = coverage
    this.#onFailure = onFailure
    const random = new Random(seed)
    const searches: Search[] = targets.map(
      (target) =>
        new Search(target, random, () =>
          (random.once(8) ? random.pick(searches) : this.#of(target)).pick(),
        ),
    )
    this.#searches = searches
  }

  get progress(): Progress {
    return {
      executions: this.#runner.executions,
      seconds: (performance.now() - this.#began) / 1000,
      corpus: this.#searches.reduce((sum, { corpus }) => sum + corpus.length, 0),
      crashes: this.#signatures.size,
    }
  }

  /** @param more asked between batches. */
  async run(recorded: readonly Input[], more: () => boolean): Promise<void> {
    for (const search of this.#searches) {
      const { name, seeds } = search.target
      search.corpus.push(...seeds, ...recorded.filter(({ target }) => target === name))
      for (const input of search.corpus) await this.#try(search, input)
    }
    this.#coverage.add(this.#coverage.take())
    while (more()) {
      for (const search of this.#searches) {
        await this.#batch(search)
        if (!more()) return
      }
    }
  }

  #of(target: Target): Search {
    return this.#searches.find((search) => search.target === target) as Search
  }

  async #batch(search: Search): Promise<void> {
    const batch: Input[] = []
    for (let i = 0; i < BATCH * search.target.weight; i++) {
      const input = search.next()
      if (input === undefined) continue
      batch.push(input)
      if (await this.#try(search, input)) search.corpus.push(input)
    }
    const delta = this.#coverage.take()
    if (!this.#coverage.hasNew(delta)) return
    await this.#attribute(search, batch)
    // What did not happen again need not be looked for again.
    this.#coverage.add(delta)
  }

  /** Finds out which of them made something new run, and keeps those. */
  async #attribute(search: Search, batch: readonly Input[]): Promise<void> {
    for (const input of batch) await this.#runner.run(search.target, input)
    const delta = this.#coverage.take()
    if (!this.#coverage.hasNew(delta)) return
    if (batch.length === 1) {
      search.corpus.push(...batch)
      this.#coverage.add(delta)
      return
    }
    const half = batch.length >> 1
    await this.#attribute(search, batch.slice(0, half))
    await this.#attribute(search, batch.slice(half))
  }

  /** @returns whether it came to something new. */
  async #try(search: Search, input: Input): Promise<boolean> {
    const result = await this.#runner.run(search.target, input)
    if (typeof result === 'string') return search.isNew(result)
    const signature = `${search.target.name} ${signatureOf(result.error)}`
    if (this.#signatures.has(signature)) return false
    this.#signatures.add(signature)
    await this.#onFailure(result, search.target)
    return false
  }
}

/** What makes two failures the same: what they say, numbers aside, and where in our code they began. */
export function signatureOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? error.cause : error
  const place = /\/src\/\S+?(?=:\d+\)?$)/m.exec(cause.stack ?? '')?.[0] ?? ''
  const [first = ''] = error.message.split('\n', 1)
  return `${error.name} ${first.replaceAll(/\d+|"[^"]*"/g, '#').slice(0, 100)} ${place}`
}

/** For an error message or a file. */
export function describeFailure({ input, error }: Failure): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const cause =
    error instanceof Error && error.cause instanceof Error ? error.cause.stack : undefined
  return `${text}${cause === undefined ? '' : `\nbecause of ${cause}`}\n\n${format(input)}`
}
