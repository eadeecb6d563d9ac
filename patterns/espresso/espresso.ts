import { Proxy, Pull, Push, XPublisher, XSubscriber, type SocketOptions } from 'zerowire'
import { ZmqError } from 'zerowire/extra'
import { whole } from '../common/checks.js'
import { sipOf, type Sip } from './sip.js'

/** What went by so far. */
export interface EspressoStats {
  /** Messages of publishers that went down. */
  readonly down: number
  /** Subscriptions, and what else subscribers sent, that went up. */
  readonly up: number
  /** Of both, what the tap was shown. */
  readonly tapped: number
  /** What the tap missed because it was too slow. */
  readonly missed: number
  /** What the tap failed of. */
  readonly failed: number
}

/** What an {@link Espresso} may be told. */
export interface EspressoOptions {
  /** Is shown what goes by, one after the other; while it takes its time, up to `queue` wait for it. */
  tap: (sip: Sip) => void | Promise<void>
  /** What may wait for the tap; what comes then is missed and counted. @default 1000 */
  queue?: number
  /** Options of the socket for publishers, such as keys. None by default. */
  frontEnd?: SocketOptions<XSubscriber>
  /** Options of the socket for subscribers, such as keys. None by default. */
  backEnd?: SocketOptions<XPublisher>
}

/**
 * A forwarder between publishers and subscribers with a tap, from which one can see what passes.
 * Whatever the tap does, or does not, holds nothing up.
 */
export class Espresso {
  /** For publishers; to be bound or connected before `run()`, which it then belongs to. */
  readonly frontEnd: XSubscriber
  /** For subscribers; likewise. */
  readonly backEnd: XPublisher
  readonly #proxy: Proxy
  readonly #tap: EspressoOptions['tap']
  readonly #pour: Push
  readonly #cup: Pull
  #hasRun = false
  #tapped = 0
  #failed = 0

  /** @throws RangeError, TypeError on an option that is none. */
  constructor({ tap, queue = 1000, frontEnd, backEnd }: EspressoOptions) {
    if (typeof tap !== 'function') throw new TypeError('tap is what is shown the traffic')
    this.#tap = tap
    // One of the places is at the other end.
    this.#pour = new Push({ sendHighWaterMark: Math.max(whole('queue', queue) - 1, 1), linger: 0 })
    this.#cup = new Pull({ receiveHighWaterMark: 1 })
    this.frontEnd = new XSubscriber({ linger: 0, ...frontEnd })
    this.backEnd = new XPublisher({ linger: 0, ...backEnd })
    this.#proxy = new Proxy(this.frontEnd, this.backEnd)
  }

  /**
   * Passes on what comes until `close()`.
   * @throws ZmqError those of `Proxy.run()`, such as `EINVAL` when a side is not bound or connected;
   * `EBUSY` when it runs or ran already.
   */
  run(): Promise<void> {
    if (this.#hasRun) throw new ZmqError('EBUSY', { message: 'The espresso runs or ran already' })
    const running = this.#proxy.run({ capture: this.#pour })
    this.#hasRun = true
    const name = `inproc://espresso-${crypto.randomUUID()}`
    this.#cup.bindSync(name)
    this.#pour.connect(name)
    // A tap that never ends is not waited for.
    this.#drink().catch(() => undefined)
    return running
  }

  /** What has passed, and what the tap has seen of it. */
  get stats(): EspressoStats {
    const { frontEnd, backEnd } = this.#proxy.statistics
    return {
      down: frontEnd.received.messages,
      up: backEnd.received.messages,
      tapped: this.#tapped,
      missed: this.#proxy.captureMissed,
      failed: this.#failed,
    }
  }

  /** Ends at once; what waits for the tap is not shown. */
  async close(): Promise<void> {
    for (const socket of [this.frontEnd, this.backEnd, this.#pour, this.#cup]) await socket.close()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #drink(): Promise<void> {
    for await (const message of this.#cup) {
      try {
        await this.#tap(sipOf(message))
        this.#tapped++
      } catch {
        this.#failed++
      }
    }
  }
}
