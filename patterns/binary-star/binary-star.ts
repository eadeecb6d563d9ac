import { Publisher, Subscriber, type SocketOptions } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds } from '../common/checks.js'
import { Life } from '../common/life.js'
import { transition, type BinaryStarEvent, type BinaryStarState } from './fsm.js'

/** What {@link BinaryStar} may be told. */
export interface BinaryStarOptions {
  /** Which of the two it is. The primary is the one that serves when both have been started. */
  readonly role: 'primary' | 'backup'
  /**
   * How often it says what it is, in milliseconds; the same for both. One that has not been heard
   * for two of these counts as gone. @default 1000
   */
  readonly heartbeat?: number
  /** Called when it has become the one that serves, before the first request is accepted. */
  readonly onActive?: () => void
  /** Called when it has become the one that stands by. */
  readonly onPassive?: () => void
  /** Options of its two sockets, such as keys. None by default. */
  readonly socket?: Omit<SocketOptions<Publisher> & SocketOptions<Subscriber>, 'linger'>
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  readonly clock?: Clock
}

/** What a {@link BinaryStar} has done so far. */
export interface BinaryStarStats {
  /** States of the other one that were heard. */
  readonly heartbeats: number
  /** Requests to be served. */
  readonly accepted: number
  /** Requests to be left unanswered. */
  readonly rejected: number
  /** Messages from the other one that were no state. */
  readonly malformed: number
}

const NUMBERS: Readonly<Record<BinaryStarState, string>> = {
  ...{ primary: '1', backup: '2' },
  ...{ active: '3', passive: '4' },
}

const STATES = new Map(
  Object.entries(NUMBERS).map(([state, number]) => [number, state as BinaryStarState]),
)

/** So many heartbeats of silence, and the other one counts as gone. */
const SILENCE = 2

/**
 * One of two servers of which one serves and the other stands by (guide, chapter 4). The two tell
 * each other what they are; the one that stands by takes over when it does not hear the other any
 * more **and** a client asks it for something: silence alone may be the network's.
 *
 * ```ts
 * await using star = new BinaryStar({ role: 'primary' })
 * await star.bind('tcp://*:5003')
 * star.connect('tcp://backup:5004')
 * for await (const request of server) if (star.vote()) await answer(request)
 * ```
 */
export class BinaryStar {
  /** Which of the two it is, as it was told. */
  readonly role: 'primary' | 'backup'
  readonly #options: BinaryStarOptions
  readonly #clock: Clock
  readonly #heartbeat: number
  readonly #life: Life
  readonly #out: Publisher
  readonly #in: Subscriber
  readonly #counts = { heartbeats: 0, accepted: 0, rejected: 0, malformed: 0 }
  #state: BinaryStarState
  #lastHeard: number

  /** @throws TypeError on a wrong `role`, RangeError on a wrong `heartbeat`, and what sockets throw. */
  constructor(options: BinaryStarOptions) {
    const { role, heartbeat = 1000, socket, clock = systemClock } = options
    if (!['primary', 'backup'].includes(role)) {
      throw new TypeError(`role is 'primary' or 'backup', not ${JSON.stringify(role)}`)
    }
    this.#heartbeat = milliseconds('heartbeat', heartbeat)
    this.#options = options
    this.role = role
    this.#state = role
    this.#clock = clock
    this.#lastHeard = clock.now()
    this.#life = new Life(clock)
    this.#out = this.#life.own(new Publisher({ ...socket, linger: 0 }))
    this.#in = this.#life.own(new Subscriber({ ...socket, linger: 0 }))
    this.#in.subscribe()
    this.#life.read(this.#in, (message) => this.#hear(message))
  }

  /**
   * Waits for the other one at an endpoint, and begins to tell it what this one is.
   * @returns the endpoint, wildcards resolved.
   * @throws as `Socket.bind()`; ZmqError `EFSM` when it has been called before.
   */
  async bind(address: string): Promise<string> {
    if (this.#out.lastEndpoint !== null)
      throw new ZmqError('EFSM', { reason: 'it is bound already' })
    await this.#out.bind(address)
    this.#life.every(this.#heartbeat, () => {
      this.#life.run(() => this.#out.send(NUMBERS[this.#state]))
    })
    return String(this.#out.lastEndpoint)
  }

  /** Connects to where the other one waits; its silence counts from now on. @throws as `Socket.connect()`. */
  connect(address: string): void {
    this.#in.connect(address)
    this.#lastHeard = this.#clock.now()
  }

  /** What it is now: it answers clients when it is `active` alone. */
  get state(): BinaryStarState {
    return this.#state
  }

  /** Whether the other one has not been heard for two heartbeats. */
  get peerSilent(): boolean {
    return this.#clock.now() - this.#lastHeard >= SILENCE * this.#heartbeat
  }

  /** What it has done so far. */
  get stats(): BinaryStarStats {
    return { ...this.#counts }
  }

  /**
   * The end. Rejects with `EFSM` when both serve or both stand by, which only people can put right:
   * this one then takes no more requests. Who does not look at it lets such a process end, as any
   * rejection does that nobody handles.
   */
  get ended(): Promise<void> {
    return this.#life.ended
  }

  /**
   * A client asks for something: it votes by that, and may make this the one that serves.
   * @returns whether to serve it; if not, it gets no answer.
   */
  vote(): boolean {
    const accepted = !this.#life.over && this.#step('request')
    this.#counts[accepted ? 'accepted' : 'rejected']++
    return accepted
  }

  /** Ends it: the other one will take over when clients ask for it. */
  async close(): Promise<void> {
    // What it has failed of is for who waits for the end.
    await this.#life.end().catch(() => undefined)
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #hear(message: Message[]): void {
    const state = message.length === 1 ? STATES.get(String(message[0])) : undefined
    if (!state) {
      this.#counts.malformed++
      return
    }
    this.#counts.heartbeats++
    this.#lastHeard = this.#clock.now()
    this.#step(state)
  }

  /** @returns whether to serve, if it was a request. @throws ZmqError `EFSM` */
  #step(event: BinaryStarEvent): boolean {
    const before = this.#state
    const { state, verdict } = transition(before, event, this.peerSilent)
    if (verdict === 'fatal') {
      const reason = `both servers of the pair are ${state}: one of them must be stopped by hand`
      throw new ZmqError('EFSM', { reason })
    }
    this.#state = state
    if (state !== before && state === 'active') this.#options.onActive?.()
    if (state !== before && state === 'passive') this.#options.onPassive?.()
    return verdict === 'accept'
  }
}
