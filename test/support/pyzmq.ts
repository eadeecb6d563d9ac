import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { projectRoot } from './program.js'
import { requires } from './requires.js'
import { WakeUp } from './wake-up.js'

/** Debian's, which has the modules that Debian has packages of. */
export const PYTHON = '/usr/bin/python3'

const program = join(projectRoot, 'test/support/python/peer.py')

/** Skips a test where there is no pyzmq. */
export const requirePyzmq = requires(
  'python3-zmq',
  () => spawnSync(PYTHON, ['-c', 'import zmq']).status === 0,
)

/** What the process tells of a socket. */
export interface Fact {
  readonly number: number
  readonly endpoint?: string
  readonly type?: string
  readonly value?: number
  readonly text?: string
  readonly user?: string
}

/** Who answers for the process when somebody comes in (ZAP). */
export type Handler =
  | {
      readonly do: 'judge'
      /** The status that each public key of CURVE stands for, by its bytes in hexadecimal. */
      readonly keys: Readonly<Record<string, string>>
    }
  | {
      /** pyzmq's own, `zmq.auth`. */
      readonly do: 'authenticate'
      /** Addresses: of all that may come in, or of those that may not. */
      readonly allow?: readonly string[]
      readonly deny?: readonly string[]
      readonly passwords?: Readonly<Record<string, string>>
      /** A folder of certificates. */
      readonly certificates?: string
    }

/** Sockets of pyzmq, in a process that begins with the first of them. */
export class Pyzmq {
  readonly #handler: Handler
  #process: ChildProcess | undefined
  readonly #facts: Fact[] = []
  readonly #news = new WakeUp()
  #sockets = 0

  constructor(handler: Handler) {
    this.#handler = handler
  }

  open(how: 'bind' | 'connect', address: string, options: object): PyzmqSocket {
    this.#process ??= this.#start()
    const number = this.#sockets++
    this.#order({ do: 'open', number, how, address, options })
    return {
      facts: () => this.#facts.filter((fact) => fact.number === number),
      until: (holds) =>
        this.#news.until(() => this.#facts.find((fact) => fact.number === number && holds(fact))),
      close: () => {
        this.#order({ do: 'close', number })
      },
    }
  }

  stop(): void {
    this.#process?.kill('SIGKILL')
  }

  #order(order: object): void {
    this.#process?.stdin?.write(`${JSON.stringify(order)}\n`)
  }

  #start(): ChildProcess {
    const child = spawn(PYTHON, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => {
      this.#facts.push(JSON.parse(line) as Fact)
      this.#news.notify()
    })
    lines.on('close', () => {
      this.#news.end(new Error('pyzmq has ended'))
    })
    child.stdin.write(`${JSON.stringify(this.#handler)}\n`)
    return child
  }
}

/** A DEALER of pyzmq. */
export interface PyzmqSocket {
  facts(): readonly Fact[]
  until(holds: (fact: Fact) => boolean): Promise<Fact>
  close(): void
}
