import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { fromSource, projectRoot } from './program.js'
import { WakeUp } from './wake-up.js'

/** A process that runs beside the test and ends with it at the latest. */
export class Child {
  readonly #process: ChildProcess
  readonly #lines: string[] = []
  readonly #news = new WakeUp()
  /** The exit code; null if it had to be killed. */
  readonly exit: Promise<number | null>

  private constructor(args: readonly string[]) {
    const child = spawn(process.execPath, [...fromSource, ...args], {
      cwd: projectRoot,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#process = child
    this.exit = once(child, 'exit').then(([code]) => code as number | null)
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => {
      this.#lines.push(line)
      this.#news.notify()
    })
    lines.on('close', () => {
      this.#news.end(new Error('the process has ended'))
    })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
  }

  /** Runs a TypeScript file of the project. */
  static run(path: string, ...args: string[]): Child {
    return new Child([path, ...args])
  }

  /** Runs the code of an ECMAScript module; `process.argv[1]` is the first argument. */
  static evaluate(code: string, ...args: string[]): Child {
    return new Child(['--input-type=module', '--eval', code, ...args])
  }

  /** The next line that it prints. */
  line(): Promise<string> {
    return this.#news.until(() => this.#lines.shift())
  }

  /** Sends it a signal, such as SIGSTOP, which no process can refuse. */
  signal(name: NodeJS.Signals): void {
    this.#process.kill(name)
  }

  /** Everything it printed and nobody has read, once it has ended by itself. */
  async rest(): Promise<string[]> {
    await this.exit
    for (;;) {
      try {
        await this.#news.until(() => undefined)
      } catch {
        return this.#lines.splice(0)
      }
    }
  }

  /** Asks it to end, as Ctrl-C would. */
  interrupt(): Promise<number | null> {
    this.#process.kill('SIGINT')
    return this.exit
  }

  /** Lets it do nothing at all until `thaw()`; its connections stay. */
  freeze(): void {
    this.#process.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process.kill('SIGCONT')
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.exit
  }
}
