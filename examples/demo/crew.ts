import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const pause = 1000

/** The child processes of the system. They run with the flags that this process was started with. */
export class Crew {
  readonly #children = new Set<ChildProcess>()
  readonly #ends: Promise<void>[] = []
  #disbanded = false

  /** Runs `worker.ts` of this folder if `script` is `worker`. */
  start(script: string, ...args: string[]): void {
    this.#ends.push(this.#run(script, args))
  }

  /** The same, and whenever it fails, once more. */
  keep(script: string, ...args: string[]): void {
    this.#ends.push(this.#revive(script, args))
  }

  /** Resolves when all have ended well. Rejects as soon as one fails, with what it had to say. */
  async ended(): Promise<void> {
    await Promise.all(this.#ends)
  }

  /** Ends those that are still there, and settles when nobody is. */
  async disband(): Promise<void> {
    this.#disbanded = true
    for (const child of this.#children) child.kill('SIGKILL')
    await Promise.allSettled(this.#ends)
  }

  async #run(script: string, args: readonly string[]): Promise<void> {
    const path = fileURLToPath(new URL(`${script}.ts`, import.meta.url))
    const child = fork(path, args, { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] })
    this.#children.add(child)
    try {
      await endOf(child, [script, ...args].join(' '))
    } finally {
      this.#children.delete(child)
    }
  }

  async #revive(script: string, args: readonly string[]): Promise<void> {
    for (;;) {
      try {
        await this.#run(script, args)
        return
      } catch (error) {
        await delay(pause)
        if (this.#disbanded) throw error
        console.error(`${error instanceof Error ? error.message : String(error)}It starts again.`)
      }
    }
  }
}

async function endOf(child: ChildProcess, command: string): Promise<void> {
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  if (code !== 0) throw new Error(`${command} ended with ${signal ?? `code ${code}`}\n${complaint}`)
  process.stderr.write(complaint)
}
