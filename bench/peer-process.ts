import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FromPeer, Outcome, Task, ToPeer, Usage } from './task.js'

const PEER = fileURLToPath(new URL('./peer.ts', import.meta.url))
/** Flags of Node's, such as `--cpu-prof`, hold for the peers as well. */
const EXEC_ARGV = [...process.execArgv, '--expose-gc']

/** How long one may take to go. */
const PATIENCE_MS = 5000

/** One end of a run, seen from outside. */
export class PeerProcess {
  readonly bound: Promise<string>
  readonly outcome: Promise<Outcome>
  readonly #usage: Promise<Usage>
  readonly #child: ChildProcess
  #fail: (error: Error) => void = () => undefined

  constructor(task: Task) {
    this.#child = fork(PEER, [JSON.stringify(task)], { execArgv: EXEC_ARGV })
    const failure = new Promise<never>((_resolve, reject) => (this.#fail = reject))
    const { library, scenario, side } = task
    this.#child.on('exit', (code, signal) => {
      this.fail(
        new Error(`${library}, which ${side} in ${scenario}: exit ${code ?? signal ?? '?'}`),
      )
    })
    const first = <T>(pick: (message: FromPeer) => T | undefined): Promise<T> => {
      const found = new Promise<T>((resolve) => {
        this.#child.on('message', (message: FromPeer) => {
          const value = pick(message)
          if (value !== undefined) resolve(value)
        })
      })
      const result = Promise.race([found, failure])
      // Not everybody binds, and of many failures one is enough.
      result.catch(() => undefined)
      return result
    }
    this.bound = first((message) => (message.type === 'bound' ? message.endpoint : undefined))
    this.outcome = first((message) => (message.type === 'outcome' ? message.outcome : undefined))
    this.#usage = first((message) => (message.type === 'usage' ? message.usage : undefined))
  }

  /** Passes on what the two have to tell each other. */
  connectTo(other: PeerProcess): void {
    const pass = (from: ChildProcess, to: ChildProcess): void => {
      from.on('message', (message: FromPeer) => {
        if (message.type === 'note') tell(to, message)
      })
    }
    pass(this.#child, other.#child)
    pass(other.#child, this.#child)
  }

  finish(): Promise<Usage> {
    tell(this.#child, { type: 'finish' })
    return this.#usage
  }

  fail(error: Error): void {
    this.#fail(error)
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) resolve()
      // It goes when it is let go of, and has then written its profile if it was asked for one.
      const kill = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS)
      this.#child.once('exit', () => {
        clearTimeout(kill)
        resolve()
      })
      if (this.#child.connected) this.#child.disconnect()
    })
  }
}

function tell(child: ChildProcess, message: ToPeer): void {
  if (child.connected) child.send(message)
}
