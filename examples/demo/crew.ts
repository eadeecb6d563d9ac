import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The child processes of the system. They run with the flags that this process was started with. */
export class Crew {
  readonly #children: ChildProcess[] = []
  readonly #ends: Promise<void>[] = []

  /** Runs `worker.ts` of this folder if `script` is `worker`. */
  start(script: string, ...args: string[]): void {
    const path = fileURLToPath(new URL(`${script}.ts`, import.meta.url))
    const child = fork(path, args, { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] })
    this.#children.push(child)
    this.#ends.push(endOf(child, [script, ...args].join(' ')))
  }

  /** Resolves when all have ended well. Rejects as soon as one fails, with what it had to say. */
  async ended(): Promise<void> {
    await Promise.all(this.#ends)
  }

  /** Ends those that are still there, and settles when nobody is. */
  async disband(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL')
    await Promise.allSettled(this.#ends)
  }
}

async function endOf(child: ChildProcess, command: string): Promise<void> {
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  if (code !== 0) throw new Error(`${command} ended with ${signal ?? `code ${code}`}\n${complaint}`)
  process.stderr.write(complaint)
}
