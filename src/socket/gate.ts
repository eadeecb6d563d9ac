import { ZmqError } from '../errors.js'
import type { Holder } from './waiting.js'

/** Somebody who moves a socket's messages in place of its user. */
export interface Borrower {
  /** There may be something to receive, or room to send. */
  ready(): void
  /** The user wants the socket to be closed: it is to be given back. */
  closing(): void
}

/** Whether a socket can be used: not while an endpoint is being bound, or somebody has borrowed it. */
export class Gate {
  readonly #process: Holder
  #state: 'open' | 'blocked' | 'closed' = 'open'
  #borrower: Borrower | undefined
  #closing: Promise<void> | undefined
  #closeWhenFree: (() => void) | undefined

  /** @param process lives on while the socket is blocked. */
  constructor(process: Holder) {
    this.#process = process
  }

  get open(): boolean {
    return this.#state === 'open'
  }

  get closed(): boolean {
    return this.#state === 'closed'
  }

  get borrower(): Borrower | undefined {
    return this.#borrower
  }

  /** @throws ZmqError `EBADF`, `EBUSY`. */
  demandOpen(): void {
    if (this.#state === 'open') return
    if (this.#state === 'closed') throw new ZmqError('EBADF')
    throw new ZmqError('EBUSY', { message: 'Socket is blocked by a bind or unbind operation' })
  }

  /** Nobody else can use the socket until `unblock()`. */
  block(borrower?: Borrower): void {
    this.demandOpen()
    this.#state = 'blocked'
    this.#borrower = borrower
    this.#process.hold()
  }

  unblock(): void {
    this.#process.release()
    this.#state = 'open'
    this.#borrower = undefined
    this.#closeWhenFree?.()
  }

  /** Does `work` while nobody else can use the socket. */
  exclusively(work: () => Promise<void>): Promise<void> {
    this.block()
    return work().finally(() => {
      this.unblock()
    })
  }

  /** Shuts for good, now or as soon as nobody is busy inside, and then does `work`; once only. */
  close(work: () => Promise<void>): Promise<void> {
    if (this.#closing !== undefined) return this.#closing
    const shut = (): Promise<void> => {
      this.#state = 'closed'
      return work()
    }
    if (this.#state !== 'blocked') return (this.#closing = shut())
    this.#closing = new Promise((resolve) => {
      this.#closeWhenFree = () => {
        resolve(shut())
      }
    })
    this.#borrower?.closing()
    return this.#closing
  }
}
