import type { Message } from 'zerowire/extra'
import type { Clock, Timer } from '../clock/index.js'
import { deferred } from './deferred.js'

interface Closable {
  close(): unknown
}

/** A socket that messages come from. */
export type Source = Closable & AsyncIterable<Message[]>

/** The same, for who takes all that is there. */
export interface ManySource extends Closable {
  readonly closed: boolean
  receiveMany(): Promise<Message[][]>
}

/**
 * What a pattern is made of while it runs: its sockets, the loops that read them, its timers. All of
 * them end together, when the pattern is closed or one of them fails.
 */
export class Life {
  readonly #clock: Clock
  readonly #sockets = new Set<Closable>()
  readonly #timers = new Set<Timer>()
  readonly #loops = new Set<Promise<void>>()
  readonly #ending = deferred<undefined>()
  #over = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether it is to end, or has ended. */
  get over(): boolean {
    return this.#over
  }

  /** The end of all of it. Rejects with what a loop or a timer has failed of. */
  get ended(): Promise<void> {
    return this.#ending.promise
  }

  /** Closes the socket in the end. */
  own<S extends Closable>(socket: S): S {
    this.#sockets.add(socket)
    return socket
  }

  /** Closes a socket before the end, and keeps nothing of it: for those that are replaced. */
  release(socket: Closable): void {
    this.run(async () => {
      await socket.close()
      this.#sockets.delete(socket)
    })
  }

  /** Hands each message to `take`, one after the other, until the socket is closed. */
  read(source: Source, take: (message: Message[]) => void | Promise<void>): void {
    this.run(async () => {
      for await (const message of source) {
        const taken = take(message)
        if (taken) await taken
      }
    })
  }

  /** Hands over all messages that are there together, until the socket is closed. */
  readMany(source: ManySource, take: (messages: Message[][]) => void | Promise<void>): void {
    this.run(async () => {
      for (;;) {
        let messages: Message[][]
        try {
          messages = await source.receiveMany()
        } catch (error) {
          if (source.closed) return
          throw error
        }
        const taken = take(messages)
        if (taken) await taken
      }
    })
  }

  /** Lets a loop run, for whose end the end of all waits. */
  run(loop: () => Promise<void>): void {
    const running = this.#watched(loop).finally(() => this.#loops.delete(running))
    this.#loops.add(running)
  }

  /** The same for what may take for ever, such as the work of a user: the end does not wait for it. */
  begin(work: () => Promise<void>): void {
    void this.#watched(work)
  }

  /** Calls once, unless all ends before. */
  after(milliseconds: number, callback: () => void): Timer {
    if (this.#over) return { cancel: () => undefined }
    const timer = this.#clock.after(milliseconds, () => {
      this.#timers.delete(timer)
      try {
        callback()
      } catch (error) {
        this.#fail(error)
      }
    })
    this.#timers.add(timer)
    return {
      cancel: () => {
        this.#timers.delete(timer)
        timer.cancel()
      },
    }
  }

  /** Calls again and again, for the first time when the first interval is over. */
  every(milliseconds: number, callback: () => void): Timer {
    const next = (): Timer =>
      this.after(milliseconds, () => {
        timer = next()
        callback()
      })
    let timer = next()
    return { cancel: () => timer.cancel() }
  }

  /** Ends all of it; resolves when the sockets are closed and the loops have ended. */
  end(): Promise<void> {
    if (!this.#over) {
      this.#stop().then(() => this.#ending.resolve(undefined), this.#ending.reject)
    }
    return this.ended
  }

  #watched(work: () => Promise<void>): Promise<void> {
    return work().catch((error: unknown) => this.#fail(error))
  }

  async #stop(): Promise<void> {
    this.#over = true
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    await Promise.all([...this.#sockets].map((socket) => socket.close()))
    await Promise.all(this.#loops)
  }

  #fail(error: unknown): void {
    if (this.#over) return
    this.#ending.reject(error)
    void this.#stop()
  }
}
