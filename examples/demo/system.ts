import { setTimeout as delay } from 'node:timers/promises'
import { Crew } from './crew.js'
import { Lobby } from './lobby.js'
import type { Directory, Mode } from './messages.js'

export interface Plan {
  /** The library of each worker. */
  readonly libraries: readonly string[]
  /** Bytes of text to count. */
  readonly budget: number
  readonly mode: Mode
}

const patience = 2000

/** The processes of the system, and the lobby where they meet. */
export class System {
  readonly workers: readonly string[]
  readonly #plan: Plan
  readonly #crew = new Crew()
  readonly #lobby = new Lobby()

  constructor(plan: Plan) {
    this.#plan = plan
    this.workers = plan.libraries.map((library, index) => `${library}#${index + 1}`)
  }

  async start(): Promise<void> {
    const { libraries, budget, mode } = this.#plan
    const terms = [await this.#lobby.open(), mode]
    this.#crew.start('sink', ...terms)
    this.#crew.start('source', ...terms, String(budget), String(libraries.length))
    for (const [index, worker] of this.workers.entries()) {
      const args = [...terms, worker, libraries[index] ?? '']
      // Workers only connect: nobody notices when another takes the place of one that crashed.
      if (mode === 'endless') this.#crew.keep('worker', ...args)
      else this.#crew.start('worker', ...args)
    }
  }

  /** Resolves when everybody is there, and tells them and the caller where all live. */
  introduce(reports?: string): Promise<Directory> {
    const known = reports === undefined ? {} : { reports }
    return this.#lobby.introduce(this.workers.length + 2, known)
  }

  /** Resolves when all have ended well. Rejects as soon as one fails that can't be replaced. */
  ended(): Promise<void> {
    return this.#crew.ended()
  }

  /** Asks all to stop. */
  async dismiss(): Promise<void> {
    await this.#lobby.dismiss()
  }

  /** Ends those that are still there, if need be after a while. */
  async disband(): Promise<void> {
    await this.#lobby.close()
    await this.#crew.disband()
  }

  /** Asks all to stop, and sees to it that they do. */
  async stop(): Promise<void> {
    await this.dismiss()
    await Promise.race([
      this.ended().catch(() => undefined),
      delay(patience, undefined, { ref: false }),
    ])
    await this.disband()
  }
}
