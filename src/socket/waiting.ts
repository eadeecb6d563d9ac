import { ZmqError } from '../errors.js'
import { deferred, type Deferred } from '../util/deferred.js'
import { Deque } from '../util/deque.js'
import { startTimer, type Timer } from '../util/timer.js'

/** What a caller may say about one `send()` or `receive()`. */
export interface OperationOptions {
  /**
   * How long to wait, in milliseconds; -1 without end, 0 not at all. Rejects with `EAGAIN`.
   * @default the socket's `sendTimeout` or `receiveTimeout`
   */
  timeout?: number
  /** Ends the waiting; the promise then rejects with `signal.reason`. What was queued already is sent. None by default. */
  signal?: AbortSignal
}

/** Keeps the process alive between `hold()` and `release()`. */
export interface Holder {
  hold(): void
  release(): void
}

interface Operation<T, R> extends Deferred<R> {
  readonly item: T
  timer?: Timer
  stop?: () => void
}

/** Callers who wait, in order, each until its turn comes, its time is up, or it gives up. */
export class Waiting<T, R> {
  readonly #operations = new Deque<Operation<T, R>>()
  readonly #process: Holder
  readonly #serve: () => void

  /**
   * @param process lives on while a caller waits.
   * @param serve is called when one has given up: those behind it may want something else.
   */
  constructor(process: Holder, serve: () => void) {
    this.#process = process
    this.#serve = serve
  }

  get length(): number {
    return this.#operations.length
  }

  /** What the first of them wants. */
  get first(): T | undefined {
    return this.#operations.peek()?.item
  }

  /** Waits behind the others. */
  add(item: T, timeout: number, signal: AbortSignal | undefined): Promise<R> {
    if (signal?.aborted === true) return rejection(signal.reason)
    if (timeout === 0) return rejection(new ZmqError('EAGAIN'))
    const operation: Operation<T, R> = { item, ...deferred<R>() }
    if (timeout > 0) {
      operation.timer = startTimer(timeout, () => {
        this.#abandon(operation, new ZmqError('EAGAIN'))
      })
    }
    if (signal !== undefined) {
      const abort = (): void => {
        this.#abandon(operation, signal.reason)
      }
      signal.addEventListener('abort', abort, { once: true })
      operation.stop = () => {
        signal.removeEventListener('abort', abort)
      }
    }
    this.#operations.push(operation)
    this.#process.hold()
    return operation.promise
  }

  /** The first one has what it waited for. */
  resolve(value: R): void {
    const operation = this.#operations.shift()
    if (operation === undefined) return
    this.#settled(operation)
    operation.resolve(value)
  }

  /** The first one cannot have it. */
  reject(error: unknown): void {
    const operation = this.#operations.shift()
    if (operation === undefined) return
    this.#settled(operation)
    operation.reject(error)
  }

  rejectAll(error: () => ZmqError): void {
    while (this.#operations.length > 0) this.reject(error())
  }

  #abandon(operation: Operation<T, R>, reason: unknown): void {
    if (!this.#operations.remove(operation)) return
    this.#settled(operation)
    operation.reject(reason)
    this.#serve()
  }

  #settled(operation: Operation<T, R>): void {
    operation.timer?.cancel()
    operation.stop?.()
    this.#process.release()
  }
}

/** What a send that need not wait returns: one promise for all of them. */
export const DONE: Promise<void> = Promise.resolve()

/** Rejects with whatever a signal gives as its reason, which need not be an Error. */
export function rejection<R>(reason: unknown): Promise<R> {
  const { promise, reject } = deferred<R>()
  reject(reason)
  return promise
}

/** @throws ZmqError `EINVAL` for a timeout that is no number of milliseconds. */
export function operationTimeout(options: OperationOptions | undefined, initial: number): number {
  const timeout = options?.timeout
  if (timeout === undefined) return initial
  if (typeof timeout === 'number' && timeout >= -1) return timeout
  const reason = `timeout is a number of milliseconds or -1, not ${JSON.stringify(timeout)}`
  throw new ZmqError('EINVAL', { reason })
}
