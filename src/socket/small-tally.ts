import type { DropEvent, DropReason, Event } from '../events.js'
import type { Parts } from '../message.js'
import { noDrops, type Drops } from '../routing/drops.js'
import { Failures } from '../routing/failures.js'
import { Pipe, type PipeOwner } from '../routing/pipe.js'
import type { Debtor } from '../util/keep-alive.js'
import { atEndOfTurn, type TurnTask } from '../util/turn.js'
import type { Origin } from './endpoints.js'
import type { Pattern } from './pattern.js'
import type { SocketStats } from './stats.js'

/** The socket, as its tally sees it. */
export interface TallyHost {
  readonly closed: boolean
  readonly options: { readonly linger: number }
  emit(event: Event | DropEvent): void
}

/**
 * Counts messages, and reports drops: at most one event of each reason a turn. All that pages have;
 * elsewhere there is tally.ts, which does more where this does nothing.
 */
export class Tally extends Failures implements TurnTask, Debtor {
  sent = 0
  received = 0
  connections = 0
  protected readonly dropped: Drops = noDrops()
  readonly #unreported = new Map<DropReason, number>()
  protected readonly host: TallyHost

  constructor(host: TallyHost) {
    super()
    this.host = host
  }

  drop(reason: DropReason, count: number): void {
    this.dropped[reason] += count
    this.dropped.total += count
    if (this.#unreported.size === 0) atEndOfTurn(this)
    this.#unreported.set(reason, (this.#unreported.get(reason) ?? 0) + count)
  }

  endTurn(): void {
    // A listener that closes the socket comes here again.
    const unreported = [...this.#unreported]
    this.#unreported.clear()
    for (const [reason, count] of unreported) this.host.emit({ type: 'drop', reason, count })
  }

  /** Pages do not wait. */
  get patience(): number {
    return 0
  }

  /** The user has the socket. */
  open(_socket: object): void {
    // Nobody traces.
  }

  /** A message was accepted. */
  send(_message: Parts): void {
    this.sent++
  }

  /** A message is handed over. */
  receive(_message: Parts, _pattern: Pattern): void {
    this.received++
  }

  pipe(owner: PipeOwner, { peerId }: Origin): Pipe {
    return new Pipe(owner, peerId)
  }

  /** A pipe is gone. */
  bury(_pipe: Pipe): void {
    // What it has carried is not known.
  }

  /** The counts, and what pipes hold. */
  stats(pipes: ReadonlySet<Pipe>): SocketStats {
    const queued = { outgoing: 0, incoming: 0 }
    let peers = 0
    for (const pipe of pipes) {
      queued.outgoing += pipe.outgoing
      queued.incoming += pipe.incoming
      if (pipe.session !== undefined) peers++
    }
    const { sent, received, dropped, connections, handshakeFailures, lastError } = this
    return {
      ...{ sent, received, queued, dropped: { ...dropped } },
      ...{ connections, peers, handshakeFailures, lastError },
    }
  }
}
