import type { DropEvent, DropReason } from '../events.js'
import { atEndOfTurn, type TurnTask } from '../util/turn.js'
import type { Pipe } from '../routing/pipe.js'
import { noDrops, type SocketStats } from './stats.js'

/** Counts what becomes of messages, and reports drops: at most one event of each reason a turn. */
export class Tally implements TurnTask {
  sent = 0
  received = 0
  connections = 0
  readonly #dropped = noDrops()
  readonly #unreported = new Map<DropReason, number>()
  readonly #emit: (event: DropEvent) => void

  constructor(emit: (event: DropEvent) => void) {
    this.#emit = emit
  }

  /** The counts, and what pipes hold. */
  stats(pipes: Iterable<Pipe>): SocketStats {
    const queued = { outgoing: 0, incoming: 0 }
    let peers = 0
    for (const pipe of pipes) {
      queued.outgoing += pipe.outgoing
      queued.incoming += pipe.incoming
      if (pipe.session !== undefined) peers++
    }
    const { sent, received, connections } = this
    return { sent, received, queued, dropped: { ...this.#dropped }, connections, peers }
  }

  drop(reason: DropReason, count: number): void {
    this.#dropped[reason] += count
    this.#dropped.total += count
    if (this.#unreported.size === 0) atEndOfTurn(this)
    this.#unreported.set(reason, (this.#unreported.get(reason) ?? 0) + count)
  }

  endTurn(): void {
    for (const [reason, count] of this.#unreported) this.#emit({ type: 'drop', reason, count })
    this.#unreported.clear()
  }
}
