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

  async introduce(guests: number): Promise<Directory> {
    const directory = {}
    while (this.#guests.length < guests) {
      const [guest, endpoints] = (await this.#door.receive()) as [Buffer, Buffer]
      this.#guests.push(guest)
      Object.assign(directory, JSON.parse(String(endpoints)))
    }
    await this.#tellAll(JSON.stringify(directory))
    return directory as Directory
  }

  async dismiss(): Promise<void> {
    await this.#tellAll('stop')
    await this.close()
  }

  async close(): Promise<void> {
    await this.#door.close()
  }

  async #tellAll(message: string): Promise<void> {
    for (const guest of this.#guests) await this.#door.send([guest, message])
  }
}
