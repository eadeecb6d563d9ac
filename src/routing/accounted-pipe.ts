import type { Endpoint } from '../endpoint.js'
import type { DropReason } from '../events.js'
import type { Flow } from '../session/flow.js'
import type { Session } from '../session/session.js'
import type { Account } from './account.js'
import { noDrops, type Drops } from './drops.js'
import { Pipe, type PipeOwner } from './pipe.js'
import { Queue } from './queue.js'

/** What pipes hold and have carried, added up. */
export class Figures {
  sent = 0
  received = 0
  bytesSent = 0
  bytesReceived = 0
  outgoing = 0
  outMeasured = 0
  outWaited = 0
  incoming = 0
  inMeasured = 0
  inWaited = 0

  add(other: Figures): this {
    this.sent += other.sent
    this.received += other.received
    this.bytesSent += other.bytesSent
    this.bytesReceived += other.bytesReceived
    this.outgoing += other.outgoing
    this.outMeasured += other.outMeasured
    this.outWaited += other.outWaited
    this.incoming += other.incoming
    this.inMeasured += other.inMeasured
    this.inWaited += other.inWaited
    return this
  }
}

/** Where the peer of a pipe is. */
export interface PipeOrigin {
  readonly peerId?: Uint8Array | undefined
  /** Where it was dialled. */
  readonly endpoint?: Endpoint
  /** Where it came to; of datagrams the first is there before the listener is. */
  readonly listener?: { readonly endpoint: string }
  readonly transport?: {
    readonly observable: boolean
    reaches?(endpoint: Endpoint): boolean
  }
}

let lastId = 0

/** A pipe that knows what it has carried. */
export class AccountedPipe extends Pipe {
  /** Tells pipes of this thread apart. */
  readonly id: number = ++lastId
  /** What became of its connections. */
  readonly account: Account
  readonly #origin: PipeOrigin
  readonly #outbox: Queue
  readonly #inbox: Queue
  #flow: Flow = { sent: 0, bytesSent: 0, bytesReceived: 0 }
  #dropped: Drops | undefined

  constructor(owner: PipeOwner, account: Account, origin: PipeOrigin) {
    const outbox = new Queue()
    const inbox = new Queue()
    super(owner, origin.peerId, outbox, inbox)
    this.#origin = origin
    this.#outbox = outbox
    this.#inbox = inbox
    this.account = account
  }

  /** At this end. */
  get endpoint(): string {
    const { endpoint, listener } = this.#origin
    return endpoint?.text ?? listener?.endpoint ?? ''
  }

  /** Its part of what the socket has dropped, by reason. */
  get dropped(): Drops {
    return { ...(this.#dropped ?? noDrops()) }
  }

  /** What it holds and has carried. */
  get figures(): Figures {
    const figures = new Figures()
    const outbox = this.#outbox
    const inbox = this.#inbox
    figures.sent = this.#flow.sent
    figures.received = inbox.taken
    figures.bytesSent = this.#flow.bytesSent
    figures.bytesReceived = this.#flow.bytesReceived
    figures.outgoing = this.outgoing
    figures.outMeasured = outbox.measured
    figures.outWaited = outbox.waited
    figures.incoming = inbox.length
    figures.inMeasured = inbox.measured
    figures.inWaited = inbox.waited
    return figures
  }

  /** Whether what is queued can leave the thread: in one that ends nobody will read. */
  get leadsOut(): boolean {
    if (this.session !== undefined) return this.session.isInternal !== true
    const { endpoint, transport } = this.#origin
    if (endpoint === undefined || transport === undefined) return true
    return transport.observable || transport.reaches?.(endpoint) === true
  }

  override adopt(session: Session): void {
    const again = this.peer !== undefined
    super.adopt(session)
    this.account.opened(again)
    const { flow } = session
    if (flow === undefined) return
    flow.sent += this.#flow.sent
    flow.bytesSent += this.#flow.bytesSent
    flow.bytesReceived += this.#flow.bytesReceived
    this.#flow = flow
  }

  override discarded(reason: DropReason, count = 1): void {
    const dropped = (this.#dropped ??= noDrops())
    dropped[reason] += count
    dropped.total += count
    super.discarded(reason, count)
  }
}
