import { setTimeout as delay } from 'node:timers/promises'
import type { FarSocket } from '../../support/far/far.js'
import { now } from '../../support/in-station.js'
import { WakeUp } from '../../support/wake-up.js'
import { Ledger } from './ledger.js'

/** What a socket does all the time. */
export type Role =
  /** Sends numbers. */
  | 'tell'
  /** Receives them. */
  | 'hear'
  /** Sends numbers, and hears them from whoever answers, when they come. */
  | 'ask'
  /** Sends a number again until it is answered, then the next one. */
  | 'insist'
  /** Sends back what it gets. */
  | 'answer'

/** Numbers that are sent and received, by one socket. */
export class Talk {
  /** When each number was given to the socket. */
  readonly sentAt: number[] = []
  readonly heard = new Ledger()
  /** Questions that were asked again. */
  again = 0
  readonly #news = new WakeUp()
  readonly #socket: FarSocket
  readonly #pause: number
  readonly #padding: Buffer
  #going = true
  readonly #done: Promise<unknown>

  /**
   * @param pause milliseconds between two numbers.
   * @param size bytes that go with each number.
   */
  constructor(socket: FarSocket, role: Role, pause: number, size: number) {
    this.#socket = socket
    this.#pause = pause
    this.#padding = Buffer.alloc(size)
    if (role === 'hear' || role === 'ask') void this.#hear()
    if (role === 'answer') void this.#answer()
    if (role === 'tell' || role === 'ask') this.#done = this.#tell()
    else this.#done = role === 'insist' ? this.#insist() : Promise.resolve()
  }

  /** Sends no more; settles with how many numbers there were. */
  async stop(): Promise<number> {
    this.#going = false
    await this.#done
    return this.sentAt.length
  }

  /** A number that was sent after a moment, once there is one. */
  sentAfter(moment: number): Promise<number> {
    return this.#news.until(() => {
      const number = this.sentAt.length - 1
      return (this.sentAt[number] ?? 0) > moment ? number : undefined
    })
  }

  /** Settles once a number, or a later one, has come. */
  hears(number: number): Promise<true> {
    return this.#news.until(() => this.heard.last >= number || undefined)
  }

  async #tell(): Promise<void> {
    while (this.#going) {
      const at = now()
      if (!(await this.#send(this.sentAt.length))) continue
      this.sentAt.push(at)
      this.#news.notify()
      if (this.#pause > 0) await delay(this.#pause)
    }
  }

  async #hear(): Promise<void> {
    for (;;) this.#heard(await this.#socket.receive())
  }

  async #insist(): Promise<void> {
    while (this.#going) {
      const number = this.sentAt.length
      this.sentAt.push(now())
      this.#news.notify()
      for (let asked = 0; this.heard.last < number; asked += 1) {
        if (asked > 0) this.again += 1
        if (!(await this.#send(number))) continue
        try {
          this.#heard(await this.#socket.receive())
        } catch (error) {
          if (!isAgain(error)) throw error
        }
      }
      if (this.#pause > 0) await delay(this.#pause)
    }
  }

  async #answer(): Promise<void> {
    for (;;) {
      const message = await this.#socket.receive()
      this.heard.count += 1
      await this.#socket.send(message)
    }
  }

  #heard(message: readonly Uint8Array[]): void {
    this.heard.add(numberIn(message))
    this.#news.notify()
  }

  /** @returns false when nobody took it in time. */
  async #send(number: number): Promise<boolean> {
    try {
      await this.#socket.send([Buffer.from(String(number)), this.#padding])
      return true
    } catch (error) {
      if (isAgain(error)) return false
      throw error
    }
  }
}

function numberIn(message: readonly Uint8Array[]): number {
  return Number(String(message.at(-2)))
}

/** Whether there was no room, or nothing to receive, in time. */
export function isAgain(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN'
}
