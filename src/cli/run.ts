import { constants } from 'node:os'
import { ZmqError } from 'zerowire/extra'
import { EXIT, Stop } from './exit.js'

/** How much a command says on stderr. */
export interface Loudness {
  /** Errors only. */
  readonly quiet?: boolean
  /** Every event of the connections as well. */
  readonly verbose?: boolean
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** One command on its way: what it says on stderr, and when it has to end. */
export class Run {
  readonly verbose: boolean
  readonly #quiet: boolean
  readonly #end = new AbortController()
  #code: number = EXIT.done

  constructor({ quiet = false, verbose = false }: Loudness) {
    this.#quiet = quiet
    this.verbose = verbose && !quiet
  }

  /** Runs a command and ends the process with its exit code. */
  static async command(loudness: Loudness, task: (run: Run) => Promise<void>): Promise<never> {
    const run = new Run(loudness)
    run.#listen()
    try {
      await task(run)
      run.signal.throwIfAborted()
    } catch (error) {
      run.#ended(error)
    }
    // A process that exits takes with it what its pipes have not taken yet.
    await Promise.all([flushed(process.stdout), flushed(process.stderr)])
    process.exit(run.#code)
  }

  /** Aborted when the command has to end; its reason is a `Stop`. */
  get signal(): AbortSignal {
    return this.#end.signal
  }

  /** Good to know. */
  note(text: string): void {
    if (!this.#quiet) say(text)
  }

  /** Wrong, but no reason to end: the exit code will tell. */
  fault(text: string): void {
    say(text)
    this.#code = EXIT.error
  }

  /** The same, for what is only wrong with one message or one peer. */
  failure(error: unknown): void {
    this.fault(textOf(error))
  }

  #listen(): void {
    for (const name of SIGNALS) {
      const code = 128 + constants.signals[name]
      process.on(name, () => {
        // Who asks twice does not want to wait for anything.
        if (this.signal.aborted) process.exit(code)
        this.#end.abort(new Stop(code))
      })
    }
    process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      const unread = code === 'EPIPE'
      this.#end.abort(unread ? new Stop(EXIT.unread) : new Stop(EXIT.error, `stdout: ${message}`))
    })
    process.stderr.on('error', () => undefined)
    // Node would print them with a stack and the number of the process.
    process.removeAllListeners('warning')
    process.on('warning', (warning: Error & { code?: string }) => {
      this.note(warning.code === 'ZEROWIRE_OPEN' ? openWarning(warning) : warning.message)
    })
  }

  #ended(error: unknown): void {
    if (error instanceof Stop) {
      if (error.message !== '') say(error.message)
      this.#code = error.code
    } else {
      this.failure(error)
    }
  }
}

function say(text: string): void {
  process.stderr.write(`zerowire: ${text}\n`)
}

function openWarning({ message }: Error): string {
  const [endpoint = ''] = message.split(' ', 1)
  return (
    `${endpoint} is open to whoever reaches this machine, and nothing is encrypted: ` +
    'bind to 127.0.0.1, or set --curve-accept or --plain-server'
  )
}

/** What went wrong, for people: the code, the value, what was expected, and where to read on. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (!(error instanceof ZmqError)) return error.message
  const { code, message, address, reason } = error
  const where = address === undefined ? '' : `${address}: `
  const why = reason === undefined ? '' : ` (${reason})`
  return `${where}${code}: ${message}${why}; see docs/troubleshooting.md#${code.toLowerCase()}`
}

/** Everything written so far is with the system, or never will be. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve()
    else stream.write('', () => resolve())
  })
}
