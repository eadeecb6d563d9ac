import { Tally } from '#tally'
import { servicesOf, type Context, type ContextServices } from '../context.js'
import { busy, ZmqError } from '../errors.js'
import type { DropEvent, DropReason, Event } from '../events.js'
import { toParts, type Parts, type Subscription } from '../message.js'
import { initialOptions, settled, type OptionValues } from '../options.js'
import type { Pipe, PipeOwner } from '../routing/pipe.js'
import type { Session } from '../session/session.js'
import type { UpgradeServer } from '../transport/transport.js'
import type { Use } from '../util/keep-alive.js'
import { TurnBudget } from '../util/turn.js'
import type { ConnectorEnd } from './connector.js'
import { localEnd } from './local-end.js'
import { remember } from './message-peers.js'
import { checkAddress, Endpoints, type EndpointsHost, type Origin } from './endpoints.js'
import { Gate, type Borrower } from './gate.js'
import { Observer, type Observable } from './observer.js'
import type { Pattern, PatternFactory, PatternHost } from './pattern.js'
import { Settings, type SettingsHost } from './settings.js'
import type { SocketType } from './socket-type.js'
import type { SocketStats } from './stats.js'
import { DONE, operationTimeout, rejection, Waiting, type OperationOptions } from './waiting.js'

/** The engine of every socket: state, operations, pipes and counts. What differs is the pattern. */
export class SocketCore implements PatternHost, PipeOwner, EndpointsHost, SettingsHost, Observable {
  readonly type: SocketType
  readonly context: Context
  readonly services: ContextServices
  readonly settings: Settings
  readonly inUse: Use
  readonly options: OptionValues
  readonly pattern: Pattern
  readonly #endpoints = new Endpoints(this)
  readonly #sends: Waiting<Parts, void>
  readonly #receives: Waiting<undefined, Parts>
  readonly #budget = new TurnBudget()
  /** Pipes in service. */
  readonly #pipes = new Set<Pipe>()
  /** Those, and others that still hold something: to leave within linger, or to be read. */
  readonly #held = new Set<Pipe>()
  readonly tally: Tally = new Tally(this)
  readonly #queued = new Set<Pipe>()
  readonly gate: Gate
  #events: Observer | undefined
  #observers: Observer[] = []
  // Taking a message makes room, which may bring the next one in the same call.
  #servingSenders = false
  #servingReceivers = false
  /** What the next peer to connect to is called, if `connect()` does not say. */
  nextPeerId: Uint8Array | undefined

  constructor(type: SocketType, context: Context, factory: PatternFactory) {
    this.type = type
    this.context = context
    this.services = servicesOf(context)
    this.services.open()
    this.inUse = this.services.use(() => void this.close())
    this.gate = new Gate(this.inUse)
    this.#sends = new Waiting(this.inUse, this.#serveSenders.bind(this))
    this.#receives = new Waiting(this.inUse, this.#serveReceivers.bind(this))
    this.options = initialOptions({
      ipv6: context.ipv6,
      linger: this.type.linger ?? (context.blocky ? -1 : 0),
    })
    this.settings = new Settings(this, this.options)
    this.pattern = factory(this)
  }

  // --- sending and receiving

  send(message: unknown, options?: OperationOptions): Promise<void> {
    if (message === undefined) throw new TypeError('Message must be present')
    this.gate.demandOpen()
    const waiting = this.#sends.length
    if (waiting > 0 && waiting >= this.options.maxPendingOperations) {
      throw busy('Socket', 'writing', 'send')
    }
    const parts = toParts(message)
    if (parts.length === 0) return DONE
    if (options?.signal?.aborted !== true && waiting === 0) {
      try {
        if (this.offer(parts)) {
          // A reply that has left lets the next request in.
          if (this.#receives.length > 0) this.#serveReceivers()
          return this.#budget.spend() ?? DONE
        }
      } catch (error) {
        return rejection(error)
      }
    }
    const timeout = operationTimeout(options, this.options.sendTimeout)
    return this.#sends.add(parts, timeout, options?.signal)
  }

  receive(options?: OperationOptions): Promise<Parts> {
    this.gate.demandOpen()
    const waiting = this.#receives.length
    if (waiting > 0 && waiting >= this.options.maxPendingOperations) {
      throw busy('Socket', 'reading', 'receive')
    }
    if (options?.signal?.aborted !== true && waiting === 0) {
      try {
        const message = this.pass()
        if (message !== undefined) return this.#inTime(message)
      } catch (error) {
        return rejection(error)
      }
    }
    const timeout = operationTimeout(options, this.options.receiveTimeout)
    return this.#receives.add(undefined, timeout, options?.signal)
  }

  /** For iterators: one message if there is one, without the promise that `receive()` would cost on top. */
  next(): Promise<IteratorResult<Parts, undefined>> | undefined {
    const value = this.take()
    return value === undefined ? undefined : this.#inTime({ done: false, value })
  }

  /** One message, if there is one and nobody waits for it; its cost is for the caller to spend. */
  take(): Parts | undefined {
    if (!this.gate.open || this.#receives.length > 0 || !this.pattern.canReceive) return undefined
    return this.pass()
  }

  /** One message, whoever may use the socket: for its borrower. */
  pass(): Parts | undefined {
    const message = this.pattern.receive()
    if (message === undefined) return undefined
    this.tally.receive(message, this.pattern)
    if (this.options.remembersPeers) remember(message, this.pattern.source?.peer)
    return message
  }

  /** Counts operations of this turn. @returns what to wait for when it has had its share. */
  spend(operations: number): Promise<void> | undefined {
    return this.#budget.spend(operations)
  }

  /** Hands over now, or in the next turn when this one has had its share. */
  #inTime<T>(value: T): Promise<T> {
    const pause = this.#budget.spend()
    return pause === undefined ? Promise.resolve(value) : pause.then(() => value)
  }

  /** Sends now, whoever may use the socket, or says that it cannot. @throws ZmqError as `send()` rejects with. */
  offer(parts: Parts): boolean {
    if (!this.pattern.send(parts)) return false
    this.tally.send(parts)
    return true
  }

  #serveSenders(): void {
    if (this.#servingSenders) return
    this.#servingSenders = true
    for (let parts = this.#sends.first; parts !== undefined; parts = this.#sends.first) {
      try {
        if (!this.offer(parts)) break
        this.#sends.resolve()
      } catch (error) {
        this.#sends.reject(error)
      }
    }
    this.#servingSenders = false
  }

  #serveReceivers(): void {
    if (this.#servingReceivers) return
    this.#servingReceivers = true
    while (this.#receives.length > 0 && this.pattern.canReceive) {
      const message = this.pass()
      if (message === undefined) break
      this.#receives.resolve(message)
    }
    this.#servingReceivers = false
  }

  // --- endpoints

  bind(address: unknown, server?: UpgradeServer): Promise<void> {
    const text = checkAddress(address)
    if (server !== undefined) this.services.checkServer(server, text)
    return this.gate.exclusively(() => this.#endpoints.bind(text, server))
  }

  bindSync(address: unknown): void {
    const text = checkAddress(address)
    this.gate.demandOpen()
    this.#endpoints.bindSync(text)
  }

  unbind(address: unknown): Promise<void> {
    const text = checkAddress(address)
    return this.gate.exclusively(async () => {
      await DONE
      this.#endpoints.leave(text)
    })
  }

  connect(address: unknown, peerId?: Uint8Array): void {
    const text = checkAddress(address)
    this.gate.demandOpen()
    this.#endpoints.connect(text, peerId ?? this.nextPeerId)
    this.nextPeerId = undefined
  }

  /** Ends what is bound there as well: `unbindSync()` is the same. */
  disconnect(address: unknown): void {
    const text = checkAddress(address)
    this.gate.demandOpen()
    this.#endpoints.leave(text)
  }

  get lastEndpoint(): string | null {
    this.settings.demand()
    return this.#endpoints.last
  }

  get endpointless(): boolean {
    return this.#endpoints.isEmpty
  }

  /** Lends the socket: until it is given back, nobody else can use it. @throws ZmqError `EBADF`, `EBUSY`. */
  lend(borrower: Borrower): void {
    if (this.#sends.length > 0) throw busy('Socket', 'writing', 'send')
    if (this.#receives.length > 0) throw busy('Socket', 'reading', 'receive')
    this.gate.block(borrower)
  }

  giveBack(): void {
    this.gate.unblock()
  }

  // --- the end

  get closed(): boolean {
    return this.gate.closed
  }

  close(): Promise<void> {
    return this.gate.close(() => this.#close())
  }

  async #close(): Promise<void> {
    this.inUse.owe(this.tally)
    this.#sends.rejectAll(() => new ZmqError('EAGAIN'))
    this.#receives.rejectAll(() => new ZmqError('EAGAIN'))
    const finished = this.#endpoints.close()
    for (const pipe of this.#held) pipe.discardIncoming('closed')
    this.tally.endTurn()
    this.emit({ type: 'end' })
    await finished
    for (const pipe of this.#held) pipe.discardIncoming('closed')
    this.services.closed()
    this.inUse.settle(this.tally)
    this.inUse.end()
  }

  // --- options, counts, events

  get fresh(): boolean {
    return this.gate.open && this.endpointless
  }

  marked(): void {
    for (const pipe of this.#pipes) pipe.reconsider()
  }

  /** Subscribes to a topic or joins a group, or no longer. @throws ZmqError `ENOTSOCK`, `EBADF`, `EBUSY`, `EINVAL`. */
  setTopic(topic: Uint8Array, on: boolean): void {
    if (this.type.groups === true) this.gate.demandOpen()
    else this.settings.demand()
    this.pattern.setTopic(topic, on)
  }

  get stats(): SocketStats {
    return this.tally.stats(this.#held)
  }

  attachObserver(observer: Observer): Use {
    if (this.closed) throw new ZmqError('ENOTSOCK')
    this.#observers = [...this.#observers.filter(({ closed }) => !closed), observer]
    return this.inUse
  }

  get events(): Observer {
    return (this.#events ??= new Observer(this))
  }

  emit(event: Event | DropEvent): void {
    this.tally.note(event)
    for (const observer of this.#observers) observer.emit(event)
  }

  drop(reason: DropReason, count = 1): void {
    this.tally.drop(reason, count)
  }

  retire(pipe: Pipe): void {
    this.#endpoints.retire(pipe)
  }

  // --- pipes, for the endpoints

  get local(): ConnectorEnd {
    return localEnd(this.type, settled(this.options), this.services, (event) => {
      this.emit(event)
    })
  }

  addPipe(origin: Origin): Pipe {
    const pipe = this.tally.pipe(this, origin)
    this.pattern.attach(pipe)
    this.#pipes.add(pipe)
    this.#held.add(pipe)
    this.#serveSenders()
    this.gate.borrower?.ready()
    return pipe
  }

  removePipe(pipe: Pipe): void {
    if (!this.#pipes.delete(pipe)) return
    this.pattern.detach(pipe)
    this.#serveSenders()
  }

  openPipe(pipe: Pipe, session: Session): ZmqError | undefined {
    this.tally.connections++
    // Who somebody has proved to be is for everybody to know who reads his messages.
    if (session.peer.userId !== '') this.options.remembersPeers = true
    pipe.adopt(session)
    const refusal = this.#pipes.has(pipe) ? this.pattern.opened(pipe) : undefined
    if (refusal === undefined) session.start(pipe)
    else pipe.orphan()
    return refusal
  }

  // --- PipeOwner

  readable(pipe: Pipe): void {
    this.pattern.readable(pipe)
    if (this.#receives.length > 0) this.#serveReceivers()
    this.gate.borrower?.ready()
  }

  writable(pipe: Pipe): void {
    this.pattern.writable(pipe)
    if (this.#sends.length > 0) this.#serveSenders()
    this.gate.borrower?.ready()
  }

  get judges(): boolean {
    return this.gate.closed || this.pattern.judges
  }

  intake(pipe: Pipe, message: Parts): boolean {
    if (this.gate.closed) {
      pipe.discarded('closed')
      return false
    }
    return this.pattern.intake(pipe, message)
  }

  subscription(pipe: Pipe, change: Subscription): void {
    if (this.#pipes.has(pipe)) this.pattern.subscription(pipe, change)
  }

  disconnected(pipe: Pipe): void {
    if (this.#pipes.has(pipe)) this.pattern.lost(pipe)
    this.#endpoints.ended(pipe)
  }

  outgoing(pipe: Pipe, queued: boolean): void {
    if (queued) {
      if (this.#queued.add(pipe).size === 1) this.inUse.owe(this.tally)
      return
    }
    if (this.#queued.delete(pipe) && this.#queued.size === 0 && !this.closed)
      this.inUse.settle(this.tally)
    this.#endpoints.emptied(pipe)
  }

  exhausted(pipe: Pipe): void {
    if (this.#held.delete(pipe)) this.tally.bury(pipe)
  }
}
