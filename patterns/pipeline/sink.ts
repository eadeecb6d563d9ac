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
  /** Inputs of which it knows something at once; the oldest that has ended makes room. @default 1000 */
  maxInputs?: number
  /** As that of the ventilators, or more: how far results may come before their turn. @default 10000 */
  window?: number
  /** Options of its socket, such as keys and `context`. */
  socket?: SocketOptions<Router>
}

/** What has come of one input: all numbers up to one, and a few above it. */
class Input {
  readonly #above = new Set<number>()
  upTo = 0
  givenUp = 0
  over = false
  readonly end: Deferred<InputReport> = deferred()

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
  readonly #counts = { taken: 0, duplicates: 0, failed: 0, refused: 0 }

  /** @throws RangeError, TypeError on an option that is none. */
  constructor(options: SinkOptions) {
    const { take, taken = [], maxInputs = 1000, window = 10_000, socket } = options
    if (typeof take !== 'function') throw new TypeError('take is what gets each outcome')
    this.#take = take
    this.#maxInputs = whole('maxInputs', maxInputs)
    this.#window = whole('window', window)
    for (const { input, number, kind } of taken) this.#input(input)?.add(number, kind)
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
   * Resolves when an input has ended: every job of it was taken, or given up.
   * @throws ZmqError (rejected) `ENOBUFS` when there is no room for another input, `EBADF` when closed before.
   */
  async ended(input: string): Promise<InputReport> {
    if (this.#life.over) throw new ZmqError('EBADF')
    const state = this.#input(checkInput(input))
    if (!state) {
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
    const input = outcome && this.#input(outcome.input)
    if (!outcome || !input) {
      this.#counts.refused++
      return
    }
    if (input.has(outcome.number)) this.#counts.duplicates++
    else if (!input.expects(outcome.number, outcome.kind, this.#window)) {
      this.#counts.refused++
      return
    } else if (!(await this.#handOver(outcome))) return
    else input.add(outcome.number, outcome.kind)
    if (this.#life.over) return
    const { number } = outcome
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

  /** What is known of an input; undefined when there is no room for another. */
  #input(name: string): Input | undefined {
    const known = this.#inputs.get(name)
    if (known) return known
    if (this.#inputs.size >= this.#maxInputs) {
      const ended = [...this.#inputs].find(([, { over }]) => over)
      if (!ended) return undefined
      this.#inputs.delete(ended[0])
    }
    const input = new Input()
    this.#inputs.set(name, input)
    return input
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
