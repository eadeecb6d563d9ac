import { spawn } from 'node:child_process'
import { EXIT, Stop } from './exit.js'

/** Another process of this very program. */
export class Twin {
  readonly #end = new AbortController()
  /** Never settles while all is well; rejects when the process has ended by itself, and not well. */
  readonly failed: Promise<never>

  constructor(args: readonly string[]) {
    const [, program = ''] = process.argv
    const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      signal: this.#end.signal,
    })
    this.failed = new Promise((_resolve, reject) => {
      child.on('error', (error) => {
        if (!this.#end.signal.aborted) reject(error)
      })
      child.on('exit', (code) => {
        if (code !== 0) reject(new Stop(EXIT.error, 'the other process has failed'))
      })
    })
    this.failed.catch(() => undefined)
  }

  end(): void {
    this.#end.abort()
  }
}
