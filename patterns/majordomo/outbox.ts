import type { MessageLike, Router } from 'zerowire'
import { ZmqError } from 'zerowire/extra'

/**
 * What a ROUTER sends, together and in order. The ROUTER is `mandatory` and never waits, so that it
 * is known of each message whether its receiver is there and has room for it.
 */
export class Outbox<Subject> {
  readonly #socket: Router
  readonly #failed: (subject: Subject) => void
  #messages: MessageLike[][] = []
  #subjects: Subject[] = []
  #sending = false

  /** @param failed is told of what a message was about that could not be sent. */
  constructor(socket: Router, failed: (subject: Subject) => void) {
    this.#socket = socket
    this.#failed = failed
  }

  add(message: MessageLike[], subject: Subject): void {
    this.#messages.push(message)
    this.#subjects.push(subject)
  }

  /** Sends everything, also what is added meanwhile. */
  async flush(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    try {
      while (this.#messages.length > 0 && !this.#socket.closed) {
        const [messages, subjects] = [this.#messages, this.#subjects]
        this.#messages = []
        this.#subjects = []
        await this.#send(messages, subjects)
      }
    } finally {
      this.#sending = false
    }
  }

  async #send(messages: MessageLike[][], subjects: Subject[]): Promise<void> {
    for (let sent = 0; sent < messages.length && !this.#socket.closed; sent++) {
      try {
        await this.#socket.sendMany(sent === 0 ? messages : messages.slice(sent))
        return
      } catch (error) {
        if (!(error instanceof ZmqError) || error.sent === undefined) throw error
        sent += error.sent
        this.#failed(subjects[sent] as Subject)
      }
    }
  }
}
