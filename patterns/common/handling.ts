import type { MessageLike } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { whole } from './checks.js'

/** Does what a request asks for, and gives the body of the reply. */
export type Handler = (
  request: Message[],
) => MessageLike | MessageLike[] | Promise<MessageLike | MessageLike[]>

/** What is to be known of a handler. */
export interface HandlingOptions {
  readonly handler: Handler
  /** How many requests it may have at a time. */
  readonly concurrency: number
  /** How many may wait for their turn. */
  readonly backlog: number
  /** Is told what the handler has thrown; the console is, when it is missing. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** Lets a handler work on so many requests at a time; some more wait, others are refused. */
export class Handling {
  readonly counts = { failed: 0, refused: 0 }
  readonly #options: HandlingOptions
  #free: number
  readonly #waiting: (() => void)[] = []

  /** @throws RangeError on a wrong `concurrency` or `backlog`. */
  constructor(options: HandlingOptions) {
    this.#options = options
    this.#free = whole('concurrency', options.concurrency)
    whole('backlog', options.backlog, 0)
  }

  /**
   * @param wanted whether somebody still wants the reply, when its turn has come.
   * @returns the body of the reply; undefined when there is none. Rejects with what `onError` throws.
   */
  async run(request: Message[], wanted: () => boolean): Promise<MessageLike[] | undefined> {
    if (this.#free > 0) this.#free--
    else if (this.#waiting.length < this.#options.backlog) await this.#turn()
    else {
      this.counts.refused++
      return undefined
    }
    try {
      if (!wanted()) return undefined
      const reply = await this.#options.handler(request)
      return Array.isArray(reply) ? reply : [reply]
    } catch (error) {
      this.counts.failed++
      const { onError = console.warn } = this.#options
      onError(error)
      return undefined
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}
