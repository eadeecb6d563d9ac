import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { projectRoot } from './program.js'
import { WakeUp } from './wake-up.js'

/** The built program, as `npx zerowire` runs it. */
export const cliProgram: string = join(projectRoot, 'dist/cli/main.cjs')

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** `zerowire` as a process of its own, which ends with the test at the latest. */
export class Cli {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #news = new WakeUp()
  readonly #output: Uint8Array[] = []
  #errors = ''
  readonly #closed: Promise<number | null>

  private constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, [cliProgram, ...args], {
      cwd: projectRoot,
      env: { ...process.env, ...env },
    })
    this.#process = child
    child.stdout.on('data', (chunk: Uint8Array) => {
      this.#output.push(chunk)
      this.#news.notify()
    })
    child.stderr.on('data', (chunk: Uint8Array) => {
      this.#errors += Buffer.from(chunk).toString()
      this.#news.notify()
    })
    child.stdin.on('error', () => undefined)
    this.#closed = once(child, 'close').then(([code]) => {
      this.#news.end(new Error(`zerowire ${args.join(' ')} has ended: ${this.#errors}`))
      return code as number | null
    })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
  }

  /** Starts a command whose stdin stays open. */
  static start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Cli {
    return new Cli(args, env)
  }

  /** Runs a command with so much on its stdin, to its end. */
  static run(
    args: readonly string[],
    input: string | Uint8Array = '',
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const cli = new Cli(args, env)
    cli.end(input)
    return cli.ended()
  }

  get stdin(): NodeJS.WritableStream {
    return this.#process.stdin
  }

  get output(): string {
    return Buffer.concat(this.#output).toString()
  }

  /** Writes to its stdin, and more may follow. */
  write(text: string | Uint8Array): void {
    this.#process.stdin.write(text)
  }

  /** Writes the last of its stdin. */
  end(text: string | Uint8Array = ''): void {
    this.#process.stdin.end(text)
  }

  /** Nobody reads its stdout any more. */
  closeOutput(): void {
    this.#process.stdout.destroy()
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name)
  }

  /** What stderr has said, once it is like this. */
  said(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#news.until(() => pattern.exec(this.#errors) ?? undefined)
  }

  /** What stdout has had, once it is like this. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#news.until(() => pattern.exec(this.output) ?? undefined)
  }

  /** Where it is bound. */
  async endpoint(): Promise<string> {
    const [, endpoint = ''] = await this.said(/bound to (\S+?),?\s/)
    return endpoint
  }

  async ended(): Promise<Ended> {
    const code = await this.#closed
    return { code, output: this.output, errors: this.#errors }
  }
}

/** An endpoint on this machine whose port the system chooses. */
export const ANY_PORT = 'tcp://127.0.0.1:*'

/** A folder that is gone after the test. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'zw-cli-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
