import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import { onTestFinished } from 'vitest'
import { projectRoot } from '../../../test/support/program.js'
import { temporaryDirectory } from '../../../test/support/transports.js'

/**
 * Compiles programs once, as many processes of them are started.
 * @returns the folder with one of each name.
 */
export async function compiled(folder: string, names: readonly string[]): Promise<string> {
  const outdir = temporaryDirectory()
  // What is not compiled is found where it is installed.
  symlinkSync(join(projectRoot, 'node_modules'), join(outdir, 'node_modules'))
  await build({
    entryPoints: names.map((name) => join(projectRoot, folder, `${name}.ts`)),
    ...{ outdir, outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node', format: 'esm' },
    ...{ target: 'node20', conditions: ['zerowire-source'], logLevel: 'error' },
    external: ['classic-level', 'ws', 'sodium-native', 'libsodium', '@noble/*'],
  })
  return outdir
}

/** A part that one process after the other plays: the next one stands ready when one is killed. */
export class Part {
  readonly #command: readonly string[]
  readonly #heard: (line: string) => void
  #playing: ChildProcess | undefined
  #next: ChildProcess

  /** @param heard is called for every line that one of them prints, in their order. */
  constructor(command: readonly string[], heard: (line: string) => void) {
    this.#command = command
    this.#heard = heard
    this.#next = this.#start()
    onTestFinished(() => {
      this.#playing?.kill('SIGKILL')
      this.#next.kill('SIGKILL')
    })
  }

  /** Lets the next one begin. */
  play(cue: string): void {
    this.#playing = this.#next
    this.#next = this.#start()
    this.tell(cue)
  }

  tell(cue: string): void {
    this.#playing?.stdin?.write(`${cue}\n`)
  }

  /** Ends the one that plays at once, as a crash would, and waits for its last line. */
  async kill(): Promise<void> {
    const victim = this.#playing
    this.#playing = undefined
    if (!victim) return
    const closed = once(victim, 'close')
    victim.kill('SIGKILL')
    await closed
  }

  #start(): ChildProcess {
    const child = spawn(process.execPath, this.#command, { stdio: ['pipe', 'pipe', 'inherit'] })
    child.once('exit', (code) => {
      if (code !== null && code !== 0) throw new Error(`${this.#command.join(' ')}: exit ${code}`)
    })
    createInterface({ input: child.stdout }).on('line', this.#heard)
    return child
  }
}
