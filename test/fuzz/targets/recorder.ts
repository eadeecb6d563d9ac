import type { Batch, Session, Traffic } from '../../../src/session/session.js'
import type { Parts, Subscription } from '../../../src/message.js'
import { Violation } from '../oracle.js'

/** Stands where a socket has its pipe: writes down what comes, and holds the session to its promises. */
export class Recorder implements Traffic {
  /** What came, in the order in which it came; events are added by others. */
  readonly trace: string[]
  readonly capacity: number
  /** Messages that the session has taken, or has refused because they are too long. */
  accepted = 0
  discards = 0
  /** Of those, what the system had not taken when the session ended. */
  lost = 0
  ends = 0
  #session: Session | undefined
  readonly #queue: Parts[] = []
  #sent = 0
  #unread = 0
  #blocked = false

  constructor(trace: string[], capacity: number) {
    this.trace = trace
    this.capacity = capacity
  }

  start(session: Session): void {
    this.#session = session
    this.#blocked = this.room === 0
    session.start(this)
  }

  send(): void {
    const message = [Buffer.from(`sent-${this.#sent++}`), Buffer.alloc(300, '.')]
    if (this.#queue.length === 0 && this.#session?.send(message) === true) this.accepted++
    else this.#queue.push(message)
  }

  read(): void {
    this.#unread = 0
    if (!this.#blocked || this.room === 0) return
    this.#blocked = false
    this.#session?.resume()
  }

  get blocked(): boolean {
    return this.#blocked
  }

  // --- what the session calls

  get room(): number {
    return Math.max(this.capacity - this.#unread, 0)
  }

  pull(): Parts | undefined {
    this.#expectLife('pull')
    const message = this.#queue.shift()
    if (message !== undefined) this.accepted++
    return message
  }

  deliver(message: Parts): boolean {
    this.#expectLife('deliver')
    if (this.#blocked) throw new Violation('a message without room')
    this.trace.push(message.map((part) => Buffer.from(part).toString('latin1')).join('|'))
    this.#unread++
    this.#blocked = this.room === 0
    return !this.#blocked
  }

  deliverBatch(batch: Batch): boolean {
    if (batch.count < 1 || batch.count > this.room) throw new Violation(`a batch of ${batch.count}`)
    let room = true
    while (batch.count > 0) room = this.deliver(batch.next())
    return room
  }

  subscription({ topic, on }: Subscription): void {
    this.#expectLife('subscription')
    this.trace.push(`${on ? '+' : '-'}${Buffer.from(topic).toString('latin1')}`)
  }

  discarded(): void {
    this.discards++
  }

  drained(): void {
    // Whoever waits for room would send.
  }

  ended(error: Error | undefined): void {
    this.#expectLife('ended')
    this.ends++
    this.lost = this.#session?.unwritten ?? 0
    this.trace.push(`ended ${error?.message ?? ''}`)
  }

  #expectLife(what: string): void {
    if (this.ends > 0) throw new Violation(`${what} after the end`)
  }
}
