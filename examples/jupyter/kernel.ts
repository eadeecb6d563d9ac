import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KernelClient, type Connection } from './client.js'

/** How a kernel is started, as its kernel.json says. */
export interface KernelSpec {
  readonly argv: readonly string[]
  /** How it is interrupted; @default 'signal' */
  readonly interrupt_mode?: 'signal' | 'message'
}

/** Debian's, of the package python3-ipykernel. */
export const PYTHON: KernelSpec = {
  argv: ['/usr/bin/python3', '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
}

const ENVIRONMENT = {
  // Whose end is the kernel's as well.
  JPY_PARENT_PID: String(process.pid),
  // Its debugger, which nobody uses here, has advice for us otherwise.
  PYDEVD_DISABLE_FILE_VALIDATION: '1',
}

/** A kernel that runs on this machine, for us alone. */
export class LocalKernel {
  readonly client: KernelClient
  readonly #process: ChildProcess
  readonly #spec: KernelSpec
  /** Its exit code; null if it was killed, or could not be started. */
  readonly exit: Promise<number | null>

  private constructor(spec: KernelSpec, connection: Connection, folder: string) {
    this.#spec = spec
    const path = join(folder, 'connection.json')
    const [program = '', ...args] = spec.argv.map((arg) => arg.replace('{connection_file}', path))
    this.client = new KernelClient(connection)
    this.#process = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      // So that Ctrl-C comes to us, and not to both; it ends when we do.
      detached: true,
      env: { ...process.env, ...ENVIRONMENT },
    })
    this.exit = this.#watch(folder)
  }

  static async start(spec: KernelSpec): Promise<LocalKernel> {
    // Only we can look into it: the key is there, and the sockets are files, which nobody else can use.
    const folder = await mkdtemp(join(tmpdir(), 'jupyter-'))
    const ports = { shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5 }
    const key = randomUUID()
    const how = {
      transport: 'ipc',
      ip: join(folder, 'kernel'),
      signature_scheme: 'hmac-sha256',
    } as const
    const connection = { ...ports, ...how, key }
    await writeFile(join(folder, 'connection.json'), JSON.stringify(connection))
    const kernel = new LocalKernel(spec, connection, folder)
    await kernel.client.ready()
    return kernel
  }

  /** Interrupts the cell that runs. */
  async interrupt(): Promise<void> {
    if (this.#spec.interrupt_mode === 'message') await this.client.interrupt()
    else this.#process.kill('SIGINT')
  }

  /** Asks it to end, and waits until it has. */
  async shutdown(): Promise<number | null> {
    // It may have ended before we hear of it.
    await this.client.shutdown().catch(() => undefined)
    return this.exit
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.exit
  }

  async #watch(folder: string): Promise<number | null> {
    let reason: unknown = new Error('the kernel has ended')
    try {
      const [code] = (await once(this.#process, 'exit')) as [number | null]
      return code
    } catch (error) {
      // It cannot be started.
      reason = error
      return null
    } finally {
      await this.client.close(reason as Error)
      await rm(folder, { recursive: true })
    }
  }
}
