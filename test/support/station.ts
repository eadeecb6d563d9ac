import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { fromSource, projectRoot } from './program.js'

/** What a program in a station can do: see `obey()`. Arguments and results travel as JSON. */
export type Commands = Readonly<Record<string, (...args: never[]) => unknown>>

export interface Call {
  readonly id: number
  readonly name: string
  readonly args: readonly unknown[]
}

export interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

export interface StationOptions {
  /** What runs Node: `ip netns exec`, say. */
  readonly prefix?: readonly string[]
  /** Flags of Node. */
  readonly flags?: readonly string[]
}

/** A process that does what it is told to, wherever it runs. */
export class Station<C extends Commands> {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #exit: Promise<unknown>
  #calls = 0
  #over: Error | undefined

  constructor(program: string, { prefix = [], flags = [] }: StationOptions = {}) {
    const words = [...prefix, process.execPath, ...flags, ...fromSource, program]
    const [command = '', ...args] = words
    const child = spawn(command, args, {
      cwd: projectRoot,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child = child
    this.#exit = once(child, 'exit')
    child.on('message', (message) => {
      this.#answered(message as Answer)
    })
    child.on('exit', (code, signal) => {
      this.#over = new Error(`${program} has ended: ${String(signal ?? code)}`)
      for (const { reject } of this.#waiting.values()) reject(this.#over)
      this.#waiting.clear()
    })
  }

  /** Has it do one of its commands. */
  call<K extends keyof C & string>(
    name: K,
    ...args: Parameters<C[K]>
  ): Promise<Awaited<ReturnType<C[K]>>> {
    return new Promise((resolve, reject) => {
      if (this.#over !== undefined) {
        reject(this.#over)
        return
      }
      const id = (this.#calls += 1)
      this.#waiting.set(id, { resolve, reject })
      this.#child.send({ id, name, args } satisfies Call)
    })
  }

  /** Leaves it so many file descriptors from now on; before it has been loaded it needs more. */
  async limitDescriptors(most: number): Promise<void> {
    await promisify(execFile)('prlimit', [`--pid=${String(this.#child.pid)}`, `--nofile=${most}`])
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal)
  }

  /** Ends it as a crash would; settles when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exit
  }

  #answered({ id, result, error }: Answer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Error(error))
  }
}
