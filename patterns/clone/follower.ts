import { Dealer, Subscriber } from 'zerowire'
import type { Message } from 'zerowire/extra'
import type { Clock } from '../clock/index.js'
import { Life } from '../common/life.js'
import type { CloneEndpoints } from './endpoints.js'
import { HUGZ, ICANHAZ } from './frames.js'
import type { Outcome, Replica } from './replica.js'

/** Options of sockets that all types have, such as keys. */
export type CloneSocketOptions = Pick<
  Partial<Dealer>,
  | 'curveServerKey'
  | 'curvePublicKey'
  | 'curveSecretKey'
  | 'curveServer'
  | 'plainServer'
  | 'plainUsername'
  | 'plainPassword'
  | 'ipv6'
  | 'maxMessageSize'
>

/** Why a conversation with a server has come to nothing. */
export type Loss = 'silent' | 'reconnected' | 'gap' | 'overflow'

/** What a {@link Follower} is told. */
export interface FollowerOptions {
  readonly clock: Clock
  readonly server: CloneEndpoints
  readonly subtree: string
  /** How often to ask for a snapshot until it comes. */
  readonly heartbeat: number
  /** After so long a silence the server is given up. */
  readonly timeout: number
  /** Whether the times to live are wanted as well: an extension, between the two servers of a pair. */
  readonly withProperties?: boolean
  readonly socket: CloneSocketOptions
  readonly synchronized: () => void
  /** Called once. */
  readonly lost: (reason: Loss) => void
  readonly malformed: () => void
}

/**
 * One conversation with one server: first to subscribe, then to ask for a snapshot. Asked before the
 * server has heard of the subscription, it could answer before a change that is not heard of: hence it
 * is asked when the publisher has been heard, which it is soon, since it says HUGZ.
 */
export class Follower {
  readonly #options: FollowerOptions
  readonly #replica: Replica
  readonly #life: Life
  #snapshots: Dealer | undefined
  /** It has said something since it was asked. */
  #answered = false
  #lastHeard: number
  #lost = false

  constructor(replica: Replica, options: FollowerOptions) {
    const { clock, subtree, server, heartbeat, socket } = options
    this.#options = options
    this.#replica = replica
    replica.restart()
    this.#life = new Life(clock)
    this.#lastHeard = clock.now()
    const updates = this.#life.own(new Subscriber({ ...socket, linger: 0 }))
    // In this order: who has heard of the second has heard of the first.
    updates.subscribe(subtree, ...(subtree === '' ? [] : [HUGZ]))
    let connections = 0
    updates.events.on('handshake', () => {
      // What was published in between is missed.
      if (++connections > 1) this.#lose('reconnected')
    })
    updates.connect(server.publisher)
    this.#life.readMany(updates, (messages) => {
      for (const message of messages) this.#update(message)
    })
    this.#life.every(heartbeat, () => this.#tick())
  }

  /** The end; rejects with what a listener has thrown. */
  get ended(): Promise<void> {
    return this.#life.ended
  }

  async close(): Promise<void> {
    this.#lost = true
    await this.#life.end().catch(() => undefined)
  }

  #update(message: Message[]): void {
    if (this.#lost) return
    const outcome = this.#replica.update(message)
    // A server that stands by greets as well: while a snapshot is due, that is no sign of life.
    if (outcome !== 'malformed' && !this.#snapshots) this.#hear()
    if (outcome === 'subscribed') this.#ask()
    else this.#judge(outcome)
  }

  #snapshot(message: Message[]): void {
    if (this.#lost) return
    const outcome = this.#replica.snapshot(message)
    if (outcome !== 'malformed') {
      this.#answered = true
      this.#hear()
    }
    this.#judge(outcome)
    if (outcome !== 'synchronized') return
    if (this.#snapshots) this.#life.release(this.#snapshots)
    this.#snapshots = undefined
    this.#options.synchronized()
  }

  #judge(outcome: Outcome): void {
    if (outcome === 'malformed') this.#options.malformed()
    if (outcome === 'gap' || outcome === 'overflow') this.#lose(outcome)
  }

  #hear(): void {
    this.#lastHeard = this.#options.clock.now()
  }

  #ask(): void {
    const { server, socket } = this.#options
    const snapshots = this.#life.own(new Dealer({ ...socket, linger: 0, sendTimeout: 0 }))
    this.#snapshots = snapshots
    snapshots.connect(server.snapshot)
    this.#life.readMany(snapshots, (messages) => {
      for (const message of messages) if (this.#snapshots === snapshots) this.#snapshot(message)
    })
    this.#request(snapshots)
  }

  #request(snapshots: Dealer): void {
    const { subtree, withProperties } = this.#options
    this.#life.run(() =>
      snapshots.send([ICANHAZ, subtree, ...(withProperties === true ? ['properties'] : [])]),
    )
  }

  #tick(): void {
    if (this.#options.clock.now() - this.#lastHeard >= this.#options.timeout) this.#lose('silent')
    // Who stands by does not answer; it may serve when it is asked again.
    else if (this.#snapshots && !this.#answered) this.#request(this.#snapshots)
  }

  #lose(reason: Loss): void {
    if (this.#lost) return
    this.#lost = true
    this.#options.lost(reason)
  }
}
