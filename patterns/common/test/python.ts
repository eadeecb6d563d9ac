import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { PYTHON } from '../../../test/support/pyzmq.js'
import { WakeUp } from '../../../test/support/wake-up.js'

/** A program of pyzmq that runs beside the test; `sys.argv[1]` is the first argument. */
export class Python {
  readonly #lines: string[] = []
  readonly #news = new WakeUp()

  constructor(code: string, ...args: string[]) {
    const child = spawn(PYTHON, ['-u', '-c', code, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => {
      this.#lines.push(line)
      this.#news.notify()
    })
    lines.on('close', () => {
      this.#news.end(new Error('the program in Python has ended'))
    })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
  }

  /** The next line that it prints. */
  line(): Promise<string> {
    return this.#news.until(() => this.#lines.shift())
  }
}
