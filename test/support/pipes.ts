import type { DropReason } from '../../src/events.js'
import type { Subscription } from '../../src/message.js'
import { Pipe, type PipeOptions, type PipeOwner } from '../../src/routing/pipe.js'
import { NOTHING_SAID, type Session, type Traffic } from '../../src/session/session.js'

type Parts = Uint8Array[]

const DEFAULTS = { sendHighWaterMark: 1000, receiveHighWaterMark: 1000, conflate: false }

/** A socket as its pipes see it, which records what they tell it. */
export class TestOwner implements PipeOwner {
  options: PipeOptions
  readonly log: string[] = []
  readonly drop = (reason: DropReason, count: number): void => {
    this.drops[reason] = (this.drops[reason] ?? 0) + count
  }
  readonly drops: Partial<Record<DropReason, number>> = {}
  readonly changes: Subscription[] = []
  readonly #names = new Map<Pipe, string>()
  onReadable: (pipe: Pipe) => void = () => undefined
  onWritable: (pipe: Pipe) => void = () => undefined
  /** Judges messages, if it is there. */
  accepts: ((message: Parts) => boolean) | undefined

  constructor(options: Partial<PipeOptions> = {}) {
    this.options = { ...DEFAULTS, ...options }
  }

  pipe(name = 'pipe'): Pipe {
    const pipe = new Pipe(this)
    this.#names.set(pipe, name)
    return pipe
  }

  pipes(...names: string[]): Pipe[] {
    return names.map((name) => this.pipe(name))
  }

  /** The name that a pipe was made with. */
  name(pipe: Pipe | undefined): string {
    return (pipe && this.#names.get(pipe)) ?? 'none'
  }

  readable(pipe: Pipe): void {
    this.log.push('readable')
    this.onReadable(pipe)
  }

  writable(pipe: Pipe): void {
    this.log.push('writable')
    this.onWritable(pipe)
  }

  get judges(): boolean {
    return this.accepts !== undefined
  }

  intake(_pipe: Pipe, message: Parts): boolean {
    return this.accepts?.(message) ?? true
  }

  subscription(_pipe: Pipe, change: Subscription): void {
    this.changes.push(change)
  }

  disconnected(): void {
    this.log.push('disconnected')
  }

  outgoing(_pipe: Pipe, queued: boolean): void {
    this.log.push(queued ? 'queued' : 'empty')
  }

  exhausted(): void {
    this.log.push('exhausted')
  }
}

/** A session that takes, keeps back and refuses messages as a test wants it to. */
export class TestSession implements Session {
  readonly peer = { ...NOTHING_SAID, address: '', socketType: 'DEALER', protocol: '' }
  readonly connection = 1
  readonly flow = undefined
  /** Messages that the system has taken. */
  readonly written: string[] = []
  readonly log: string[] = []
  /** The system takes messages; without it what is sent stays unwritten, and then is refused. */
  flows = true
  readonly #waiting: string[] = []
  #traffic: Traffic | undefined
  #stalled = false

  get unwritten(): number {
    return this.#waiting.length
  }

  start(traffic: Traffic): void {
    this.#traffic = traffic
    this.flush()
  }

  send(message: Parts): boolean {
    if (this.#stalled || this.#traffic === undefined) return false
    this.#waiting.push(message.map(String).join('|'))
    return true
  }

  wake(): void {
    this.log.push('wake')
  }

  /** As in ZMTP: what the system refuses is the last that it gets for now. */
  flush(): void {
    while (!this.#stalled) {
      for (let next = this.#traffic?.pull(); next !== undefined; next = this.#traffic?.pull()) {
        this.#waiting.push(next.map(String).join('|'))
      }
      if (this.#waiting.length === 0) break
      if (this.flows) this.written.push(...this.#waiting.splice(0))
      else this.#stalled = true
    }
    this.#traffic?.drained()
  }

  /** The system takes everything again. */
  drain(): void {
    this.flows = true
    this.#stalled = false
    this.flush()
  }

  resume(): void {
    this.log.push('resume')
  }

  subscribe({ topic, on }: Subscription): void {
    this.log.push(`${on ? '+' : '-'}${String(topic)}`)
  }

  close(): Promise<unknown> {
    this.log.push('close')
    return Promise.resolve()
  }

  destroy(error?: Error): void {
    this.log.push('destroy')
    this.#traffic?.ended(error)
  }
}

/** A pipe with a session that has started. */
export function piped(options: Partial<PipeOptions> = {}) {
  const owner = new TestOwner(options)
  const pipe = owner.pipe()
  const session = new TestSession()
  pipe.adopt(session)
  session.start(pipe)
  owner.log.length = session.log.length = 0
  return { owner, pipe, session }
}

export function part(text: string | number): Parts {
  return [Buffer.from(String(text))]
}

/** How many of at most `limit` messages a pipe takes. */
export function fill(pipe: Pipe, limit = 100_000): number {
  for (let count = 0; count < limit; count++) if (!pipe.write(part(count))) return count
  return limit
}

/** Everything that is there to be read. */
export function readAll(pipe: Pipe): string[] {
  const texts: string[] = []
  for (let next = pipe.read(); next !== undefined; next = pipe.read()) texts.push(next.join('|'))
  return texts
}
