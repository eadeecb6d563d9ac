import { Router, type SocketOptions } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { systemClock } from '../clock/index.js'
import { whole } from '../common/checks.js'
import { deferred, type Deferred } from '../common/deferred.js'
import { Life } from '../common/life.js'
import {
  checkInput,
  COMMAND,
  commandFrame,
  commandOf,
  jobIdOf,
  numberFrame,
  type JobId,
} from './protocol.js'
import type { InputReport } from './ventilator.js'

/** What comes of a job, of which there is one for each, and the end of its input, which comes last. */
export type Outcome = JobId &
  (
    | {
        /** The job was done. */
        readonly kind: 'result'
        /** What came of it. */
        readonly body: readonly Message[]
      }
    | {
        /** Nobody could do it. */
        readonly kind: 'givenUp'
        /** What was wrong the last time. */
        readonly reason: string
      }
    | {
        /** There are no more jobs. */
        readonly kind: 'end'
      }
  )

/** What a sink has taken, and refused. */
export interface SinkStats {
  /** Results, jobs given up and ends, each once. */
  readonly taken: number
  /** Those that came again. */
  readonly duplicates: number
  /** Those that `take` failed of: they come again. */
  readonly failed: number
  /** Messages that made no sense, or for which there was no room. */
  readonly refused: number
  /** Inputs that had not ended and that nobody waited for, forgotten for one that somebody waits for. */
  readonly forgotten: number
  /** Inputs that have begun and not ended. */
  readonly inputs: number
}

/** What a {@link Sink} may be told. */
export interface SinkOptions {
  /**
   * Gets each outcome, one after the other; it counts as taken when this has returned, or what it
   * returned has resolved. When it throws, the outcome comes again.
   */
  take: (outcome: Outcome) => void | Promise<void>
  /** What was taken before, by a sink that was killed: it is not handed over again. */
  taken?: Iterable<Pick<Outcome, 'input' | 'number' | 'kind'>>
  /**
   * Inputs of which it knows something at once. The oldest that has ended makes room; where none has,
   * those that nobody waits for make room for one that somebody waits for. @default 1000
   */
  maxInputs?: number
  /** As that of the ventilators, or more: how far results may come before their turn. @default 10000 */
  window?: number
  /** Options of its socket, such as keys and `context`. None by default. */
  socket?: SocketOptions<Router>
}

/** What has come of one input: all numbers up to one, and a few above it. */
class Input {
  readonly #above = new Set<number>()
  upTo = 0
  givenUp = 0
  over = false
  /** Whether somebody wants to know of its end. */
  waited = false
  readonly end: Deferred<InputReport> = deferred()

  /** How many of its outcomes were taken. */
  get taken(): number {
    return this.upTo + this.#above.size
  }

  has(number: number): boolean {
    return number <= this.upTo || this.#above.has(number)
  }

  add(number: number, kind: Outcome['kind']): void {
    this.#above.add(number)
    while (this.#above.delete(this.upTo + 1)) this.upTo++
    if (kind === 'givenUp') this.givenUp++
    if (kind !== 'end') return
    this.over = true
    this.end.resolve({ jobs: number - 1, givenUp: this.givenUp })
  }

  /** Whether it can be the next: an end comes when nothing is open, and nothing comes after it. */
  expects(number: number, kind: Outcome['kind'], window: number): boolean {
    if (this.over) return false
    if (kind === 'end') return number === this.upTo + 1 && this.#above.size === 0
    return number <= this.upTo + window
  }
}

/**
 * Takes the outcome of every job once, however often and by however many workers it is brought, and
 * knows when an input has ended.
 */
export class Sink {
  readonly #life = new Life(systemClock)
  readonly #router: Router
  readonly #take: SinkOptions['take']
  readonly #maxInputs: number
  readonly #window: number
  readonly #inputs = new Map<string, Input>()
  readonly #counts = { taken: 0, duplicates: 0, failed: 0, refused: 0, forgotten: 0 }

  /** @throws RangeError, TypeError on an option that is none. */
  constructor(options: SinkOptions) {
    const { take, taken = [], maxInputs = 1000, window = 10_000, socket } = options
    if (typeof take !== 'function') throw new TypeError('take is what gets each outcome')
    this.#take = take
    this.#maxInputs = whole('maxInputs', maxInputs)
    this.#window = whole('window', window)
    for (const { input: name, number, kind } of taken) {
      const input = this.#input(name)
      if (this.#keep(name, input)) input.add(number, kind)
    }
    this.#router = this.#life.own(new Router({ linger: 0, ...socket }))
    this.#life.read(this.#router, ([id, ...message]) =>
      id ? this.#receive(id, message) : undefined,
    )
  }

  /** Listens for workers. @returns the endpoint, wildcards resolved. @throws what `Socket.bind()` throws. */
  async bind(endpoint: string): Promise<string> {
    await this.#router.bind(endpoint)
    return String(this.#router.lastEndpoint)
  }

  /**
   * Resolves when an input has ended: every job of it was taken, or given up. From now on there is room
   * for it, whatever workers invent.
   * @throws ZmqError (rejected) `ENOBUFS` when as many inputs are waited for as there may be, `EBADF` when
   * closed before.
   */
  async ended(input: string): Promise<InputReport> {
    if (this.#life.over) throw new ZmqError('EBADF')
    const state = this.#input(checkInput(input))
    state.waited = true
    if (!this.#keep(input, state)) {
      throw new ZmqError('ENOBUFS', { reason: `${this.#maxInputs} inputs have not ended yet` })
    }
    return state.end.promise
  }

  /** What it has done so far. */
  get stats(): SinkStats {
    const inputs = [...this.#inputs.values()].filter(({ over }) => !over).length
    return { ...this.#counts, inputs }
  }

  /** Ends at once; what has not been acknowledged comes to the next sink. */
  close(): Promise<void> {
    for (const { end } of this.#inputs.values()) {
      // Of those whom nobody waits for, nobody needs to know.
      end.promise.catch(() => undefined)
      end.reject(new ZmqError('EBADF'))
    }
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #receive(worker: Message, message: Message[]): Promise<void> {
    const outcome = outcomeOf(message)
    if (!outcome) {
      this.#counts.refused++
      return
    }
    const { number, kind } = outcome
    const input = this.#input(outcome.input)
    if (input.has(number)) this.#counts.duplicates++
    else if (!input.expects(number, kind, this.#window) || !this.#keep(outcome.input, input)) {
      this.#counts.refused++
      return
    } else if (!(await this.#handOver(outcome))) return
    else input.add(number, kind)
    if (this.#life.over) return
    // Whoever does not hear of it brings it again.
    await this.#router.send([
      worker,
      commandFrame(COMMAND.taken),
      outcome.input,
      numberFrame(number),
    ])
  }

  /** @returns false when it must come again. */
  async #handOver(outcome: Outcome): Promise<boolean> {
    try {
      await this.#take(outcome)
      this.#counts.taken++
      return true
    } catch {
      this.#counts.failed++
      return false
    }
  }

  /** What is known of an input, or a new one, which is not kept yet. */
  #input(name: string): Input {
    return this.#inputs.get(name) ?? new Input()
  }

  /** @returns false when there is no room for another. */
  #keep(name: string, input: Input): boolean {
    if (this.#inputs.has(name)) return true
    if (this.#inputs.size >= this.#maxInputs) {
      const other = this.#expendable(input.waited)
      if (!other) return false
      if (!other[1].over) this.#counts.forgotten++
      this.#inputs.delete(other[0])
    }
    this.#inputs.set(name, input)
    return true
  }

  /** What may be forgotten for another: the oldest that has ended, or else the least that nobody waits for. */
  #expendable(isWaited: boolean): [string, Input] | undefined {
    let least: [string, Input] | undefined
    for (const entry of this.#inputs) {
      const [, { over, waited, taken }] = entry
      if (over) return entry
      // An invented one has had few outcomes, as a rule.
      if (isWaited && !waited && taken < (least?.[1].taken ?? Infinity)) least = entry
    }
    return least
  }
}

function outcomeOf(message: readonly Message[]): Outcome | undefined {
  const id = jobIdOf(message)
  const [, , , ...body] = message
  if (!id) return undefined
  switch (commandOf(message)) {
    case COMMAND.result:
      return { ...id, kind: 'result', body }
    case COMMAND.givenUp:
      return { ...id, kind: 'givenUp', reason: body[0]?.toString() ?? '' }
    case COMMAND.end:
      return { ...id, kind: 'end' }
    default:
      return undefined
  }
}
