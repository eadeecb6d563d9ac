import { RECEIVES, SENDS, traceEvent, traceMessage, traceOpen } from '#trace'
import type { DropEvent, Event, LastError } from '../events.js'
import type { Parts } from '../message.js'
import { Account } from '../routing/account.js'
import { AccountedPipe, Figures } from '../routing/accounted-pipe.js'
import type { Pipe, PipeOwner } from '../routing/pipe.js'
import { remember } from './open-sockets.js'
import type { Origin } from './endpoints.js'
import type { Pattern } from './pattern.js'
import { Tally as SmallTally } from './small-tally.js'
import type { DropStats, PeerStats, SocketStats } from './stats.js'

// Constants of this module, so that asking them with each message is nothing to the compiler.
const sends = SENDS
const receives = RECEIVES

/** Endpoints whose connections are accounted for; beyond it the first ones begin anew. */
const MOST_ACCOUNTS = 1000

/** Counts what becomes of messages and connections, and tells those who trace. */
export class Tally extends SmallTally {
  /** Of all endpoints together. */
  reconnects = 0
  /** Of endpoints that were dialled: these outlive a connection, and the pipe where `immediate` is set. */
  readonly #accounts = new Map<string, Account>()
  /** That hold or carry something. */
  readonly #pipes = new Set<AccountedPipe>()
  /** Of pipes that are gone. */
  readonly #gone = new Figures()
  #socket: WeakRef<object> | undefined
  #forget: (() => void) | undefined

  override open(socket: object): void {
    this.#socket = new WeakRef(socket)
    this.#forget = remember(this.#socket)
    traceOpen(socket)
  }

  override send(message: Parts): void {
    this.sent++
    if (sends.hasSubscribers) traceMessage(sends, this.#socket?.deref(), message)
  }

  override receive(message: Parts, pattern: Pattern): void {
    this.received++
    if (!receives.hasSubscribers) return
    traceMessage(receives, this.#socket?.deref(), message, { peer: pattern.source?.peer })
  }

  /** What is queued may take so long at the end of the process; `close()` has its own limit. */
  override get patience(): number {
    if (this.host.closed) return -1
    const leads = [...this.#pipes].some((pipe) => pipe.queued > 0 && pipe.leadsOut)
    return leads ? this.host.options.linger : 0
  }

  override note(event: Event | DropEvent): void {
    super.note(event)
    if ('address' in event) this.#accounts.get(event.address)?.note(event)
    if (event.type === 'end') this.#forget?.()
    traceEvent(this.#socket?.deref(), event)
  }

  override pipe(owner: PipeOwner, origin: Origin): Pipe {
    const { endpoint } = origin
    const account = endpoint === undefined ? new Account() : this.#accountOf(endpoint.text)
    const pipe = new AccountedPipe(owner, account, origin)
    this.#pipes.add(pipe)
    return pipe
  }

  #accountOf(endpoint: string): Account {
    const account = this.#accounts.get(endpoint) ?? new Account(this)
    this.#accounts.set(endpoint, account)
    if (this.#accounts.size > MOST_ACCOUNTS) {
      for (const oldest of this.#accounts.keys()) {
        this.#accounts.delete(oldest)
        break
      }
    }
    return account
  }

  /** Keeps the figures of a pipe that is gone. */
  override bury(pipe: Pipe): void {
    if (!(pipe instanceof AccountedPipe) || !this.#pipes.delete(pipe)) return
    this.#gone.add(pipe.figures)
  }

  override stats(_held?: ReadonlySet<Pipe>): Required<SocketStats> {
    const pipes = this.#pipes
    const figures = new Figures().add(this.#gone)
    let peers = 0
    for (const pipe of pipes) {
      figures.add(pipe.figures)
      if (pipe.session !== undefined) peers++
    }
    return new Stats(this, figures, { ...this.dropped }, pipes, peers)
  }
}

/** A class, so that the list of peers costs nothing where nobody asks for it. */
class Stats implements Required<SocketStats> {
  readonly sent: number
  readonly received: number
  readonly queued: Traffic['queued']
  readonly meanWait: Traffic['meanWait']
  readonly measured: Traffic['measured']
  readonly bytes: Traffic['bytes']
  readonly dropped: DropStats
  readonly connections: number
  readonly peers: number
  readonly reconnects: number
  readonly handshakeFailures: number
  readonly lastError: LastError | undefined
  readonly #pipes: ReadonlySet<AccountedPipe>

  constructor(
    { sent, received, connections, reconnects, handshakeFailures, lastError }: Tally,
    figures: Figures,
    dropped: DropStats,
    pipes: ReadonlySet<AccountedPipe>,
    peers: number,
  ) {
    const { queued, meanWait, measured, bytes } = traffic(figures)
    this.sent = sent
    this.received = received
    this.queued = queued
    this.meanWait = meanWait
    this.measured = measured
    this.bytes = bytes
    this.dropped = dropped
    this.connections = connections
    this.peers = peers
    this.reconnects = reconnects
    this.handshakeFailures = handshakeFailures
    this.lastError = lastError
    this.#pipes = pipes
  }

  get perPeer(): PeerStats[] {
    return Array.from(this.#pipes, peerStats)
  }
}

type Traffic = Pick<PeerStats, 'queued' | 'meanWait' | 'measured' | 'bytes'>

/** Figures in the shape in which users get them. */
function traffic(figures: Figures): Traffic {
  const { outgoing, incoming, outMeasured, inMeasured, bytesSent, bytesReceived } = figures
  const mean = (waited: number, of: number): number => (of === 0 ? 0 : waited / of)
  return {
    queued: { outgoing, incoming },
    meanWait: {
      outgoing: mean(figures.outWaited, outMeasured),
      incoming: mean(figures.inWaited, inMeasured),
    },
    measured: { outgoing: outMeasured, incoming: inMeasured },
    bytes: { sent: bytesSent, received: bytesReceived },
  }
}

/** What there is to say about a peer. */
function peerStats(pipe: AccountedPipe): PeerStats {
  const { id, endpoint, peer, session, figures, dropped } = pipe
  const { reconnects, handshakeFailures, lastError } = pipe.account
  const { sent, received } = figures
  return {
    ...{ id, endpoint, peer, connected: session !== undefined, sent, received },
    ...traffic(figures),
    ...{ dropped, reconnects, handshakeFailures, lastError },
  }
}
