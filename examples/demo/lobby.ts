import { Router } from 'zerowire'
import type { Directory } from './messages.js'

/**
 * Where the processes of the system meet. Each says hello with the endpoints it has bound; once all
 * are there, each is told everybody's. When the work is done, each is told to stop.
 */
export class Lobby {
  readonly #door = new Router({ linger: 1000 })
  readonly #guests: Buffer[] = []

  async open(): Promise<string> {
    await this.#door.bind('tcp://127.0.0.1:*')
    return String(this.#door.lastEndpoint)
  }

  async introduce(guests: number, known: Partial<Directory> = {}): Promise<Directory> {
    const directory = { ...known } as Directory
    while (this.#guests.length < guests) Object.assign(directory, await this.#admit())
    for (const guest of this.#guests) await this.#tell(guest, directory)
    void this.#welcome(directory)
    return directory
  }

  async dismiss(): Promise<void> {
    for (const guest of this.#guests) await this.#tell(guest, 'stop')
    await this.close()
  }

  async close(): Promise<void> {
    await this.#door.close()
  }

  async #admit(): Promise<Partial<Directory>> {
    const [guest, endpoints] = (await this.#door.receive()) as [Buffer, Buffer]
    this.#guests.push(guest)
    return JSON.parse(String(endpoints)) as Partial<Directory>
  }

  /** Whoever comes late need not wait. Ends when the lobby is closed. */
  async #welcome(directory: Directory): Promise<void> {
    for await (const [guest] of this.#door) {
      if (guest === undefined) continue
      this.#guests.push(guest)
      await this.#tell(guest, directory)
    }
  }

  async #tell(guest: Buffer, message: Directory | 'stop'): Promise<void> {
    await this.#door.send([guest, JSON.stringify(message)])
  }
}
