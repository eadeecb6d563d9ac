import type { Debtor, Use } from '../util/keep-alive.js'
import { startTimer } from '../util/timer.js'

/** What has become of sockets that nobody can reach any more. */
const forgotten = new FinalizationRegistry<InUse>((use) => {
  use.forget()
})

/** Lives on from `acquire()` to `release()`, and for debtors when there is nothing else to live on for. */
export interface Process {
  acquire(): void
  release(): void
  owe(debtor: Debtor): void
  settle(debtor: Debtor): void
}

/**
 * Whether something waits on a socket: an operation, a bind, a reader or listener of events. That
 * keeps the process alive, and the socket open even where nobody can reach it any more.
 */
export class InUse implements Use {
  readonly #process: Process
  readonly #end: () => void
  #uses = 0
  #forgotten = false

  /** @param end is called when nobody can reach the socket, and nothing waits on it. */
  constructor(process: Process, end: () => void) {
    this.#process = process
    this.#end = end
  }

  watch(socket: object): void {
    forgotten.register(socket, this, this)
  }

  end(): void {
    forgotten.unregister(this)
  }

  hold(): void {
    this.#uses++
    this.#process.acquire()
  }

  release(): void {
    this.#uses--
    this.#process.release()
    // Whoever has what it waited for may wait for the next in the same turn.
    if (this.#forgotten) startTimer(0, this.forget.bind(this))
  }

  owe(debtor: Debtor): void {
    this.#process.owe(debtor)
  }

  settle(debtor: Debtor): void {
    this.#process.settle(debtor)
  }

  forget(): void {
    this.#forgotten = true
    if (this.#uses === 0) this.#end()
  }
}
