import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { text } from 'node:stream/consumers'
import { fromSource } from './program.js'

const runModules = fileURLToPath(new URL('run-modules.ts', import.meta.url))

/** Runs programs in a process that they share, so that each costs little more than its own work. */
export class ModuleRunner {
  #child: ChildProcess | undefined
  #errors: Promise<string> = Promise.resolve('')
  readonly #directory: string

  /** @param directory Where they run: what they write goes there. */
  constructor(directory: string) {
    this.#directory = directory
  }

  /** What the program printed; a rejection if it failed, or took the process with it. */
  async run(path: string): Promise<string> {
    const child = (this.#child ??= this.#start())
    const over = new AbortController()
    const ended = once(child, 'exit', { signal: over.signal }).then(async ([code, signal]) => {
      this.#child = undefined
      throw new Error(`it ended the process (${String(code ?? signal)}): ${await this.#errors}`)
    })
    const answered = once(child, 'message', { signal: over.signal })
    child.send(pathToFileURL(path).href)
    try {
      const [{ output, error }] = (await Promise.race([answered, ended])) as [
        { output: string; error?: string },
      ]
      if (error !== undefined) throw new Error(error)
      return output
    } finally {
      over.abort()
      await Promise.allSettled([ended, answered])
    }
  }

  /** Lets go of the process, and gives its exit code: it ends unless a program keeps it alive. */
  async end(): Promise<number | null> {
    const child = this.#child
    if (child === undefined) return 0
    const exit = once(child, 'exit') as Promise<[number | null]>
    child.disconnect()
    const [code] = await exit
    this.#child = undefined
    return code
  }

  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  #start(): ChildProcess {
    const child = fork(runModules, {
      cwd: this.#directory,
      execArgv: [...fromSource],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    if (child.stderr !== null) this.#errors = text(child.stderr)
    return child
  }
}
