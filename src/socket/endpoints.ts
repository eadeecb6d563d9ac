import type { ContextServices } from '../context.js'
import type { Endpoint } from '../endpoint.js'
import { fromSystemError, ZmqError } from '../errors.js'
import type { Emit, Event } from '../events.js'
import type { OptionValues } from '../options.js'
import type { Pipe } from '../routing/pipe.js'
import type { Session } from '../session/session.js'
import type { Listener, Transport, UpgradeServer } from '../transport/transport.js'
import { deferred } from '../util/deferred.js'
import { startTimer } from '../util/timer.js'
import type { SocketType } from './socket-type.js'
import { Connector, STOP, type ConnectorEnd, type ConnectorHost } from './connector.js'

/** The socket, as its endpoints see it. */
export interface EndpointsHost {
  /** As it is now. */
  readonly local: ConnectorEnd
  readonly services: ContextServices
  readonly options: Pick<OptionValues, 'immediate' | 'linger' | 'reconnectStop'>
  readonly type: SocketType
  /** A new pipe, known to the pattern. @throws ZmqError when that has no place for another. */
  addPipe(origin: Origin): Pipe
  /** The pattern forgets the pipe: nothing more is sent through it. */
  removePipe(pipe: Pipe): void
  /** The session begins on the pipe. @returns why it must not. */
  openPipe(pipe: Pipe, session: Session): ZmqError | undefined
}

/** Where the peer of a pipe is, or came to. */
export interface Origin {
  /** What was dialled, and what the local side wants to call who is there. */
  readonly endpoint?: Endpoint
  readonly peerId?: Uint8Array | undefined
  readonly transport?: Transport
  /** Who took the connection. */
  readonly listener?: Listener
}

interface Bound extends Origin {
  listener?: Listener
  readonly pipe?: undefined
  readonly pipes: Set<Pipe>
  readonly emit: Emit
  /** No longer: a handshake that is done in this very moment comes too late. */
  left: boolean
}

/** What a socket is bound and connected to, and the life of the pipes that come of it. */
export class Endpoints implements ConnectorHost {
  readonly #host: EndpointsHost
  readonly #bound = new Map<string, Bound>()
  readonly #connectors = new Set<Connector>()
  /** For each open pipe, what to do when its session has ended. */
  readonly #onEnd = new Map<Pipe, () => void>()
  /** Pipes whose queue is leaving, and what to do when it has. */
  readonly #onEmpty = new Map<Pipe, () => void>()
  readonly #retiring = new Map<Pipe, Promise<void>>()
  #last: string | null = null

  constructor(host: EndpointsHost) {
    this.#host = host
  }

  /** The one last bound or connected, its wildcards resolved. */
  get last(): string | null {
    return this.#last
  }

  /** Whether there are any. */
  get isEmpty(): boolean {
    return this.#bound.size === 0 && this.#connectors.size === 0
  }

  async bind(address: string, server?: UpgradeServer): Promise<void> {
    const { endpoint, transport } = this.#find(address)
    const local = this.#localFor(transport)
    try {
      const prepared = (await transport.prepare?.(endpoint, local, server)) ?? endpoint
      this.#listen(prepared, transport, local, server)
    } catch (error) {
      throw failed(error, address, local)
    }
  }

  /** As `bind()`, for what needs no time. */
  bindSync(address: string): void {
    const { endpoint, transport } = this.#find(address)
    const local = this.#localFor(transport)
    try {
      this.#listen(endpoint, transport, local)
    } catch (error) {
      throw failed(error, address, local)
    }
  }

  #listen(
    endpoint: Endpoint,
    transport: Transport,
    local: ConnectorEnd,
    server?: UpgradeServer,
  ): void {
    const bound: Bound = { pipes: new Set(), emit: local.emit, left: false }
    const accept = (session: Session): void => {
      // Its handshake may have been done in the very moment of the end.
      if (bound.left) session.destroy()
      else this.#accept(session, bound)
    }
    const listener = transport.listen(endpoint, local, accept, server)
    bound.listener = listener
    this.#bound.set(listener.endpoint, bound)
    this.#last = listener.endpoint
    soon(local, { type: 'bind', address: listener.endpoint })
  }

  /**
   * Ends all that the socket has at an address, bound or connected: `unbind()` and `disconnect()` are
   * one to libzmq.
   */
  leave(address: string): void {
    this.#host.services.transport(address)
    const connectors = this.#connectorsTo(address)
    const bound = this.#bound.get(address)
    if (bound === undefined && connectors.length === 0) throw new ZmqError('ENOENT', { address })
    const { linger, reconnectStop } = this.#host.options
    for (const connector of connectors) {
      const connected = connector.pipe?.session !== undefined
      const waits = connected || (reconnectStop & STOP.afterDisconnect) === 0
      this.#leave(connector, waits && linger !== 0)
    }
    if (bound === undefined) return
    this.#bound.delete(address)
    this.#unbind(bound, linger !== 0)
  }

  connect(address: string, peerId?: Uint8Array): void {
    const { options, type } = this.#host
    const { endpoint, transport } = this.#find(address)
    const local = this.#localFor(transport)
    transport.check(endpoint, local)
    if (type.once !== true || this.#connectorsTo(address).length === 0) {
      const connector = new Connector(this, local, transport, endpoint, peerId)
      if (!options.immediate) connector.pipe = this.#newPipe(connector)
      this.#connectors.add(connector)
      connector.start()
    }
    this.#last = address
  }

  /** Lets go of everything; settles when linger has ended. */
  async close(): Promise<void> {
    const lingers = this.#host.options.linger !== 0
    if (!lingers) for (const pipe of [...this.#retiring.keys()]) this.#drop(pipe)
    const bound = [...this.#bound.values()]
    this.#bound.clear()
    for (const each of bound) this.#unbind(each, lingers)
    for (const connector of this.#connectors) this.#leave(connector, lingers)
    while (this.#retiring.size > 0) await Promise.all(this.#retiring.values())
  }

  /** Ends a connection for good, after what is queued for it has left. */
  retire(pipe: Pipe): void {
    const connector = this.#connectorOf(pipe)
    if (connector === undefined) this.#retire(pipe, true)
    else this.#leave(connector, true)
  }

  /** The queue of a pipe has been taken to the last message. */
  emptied(pipe: Pipe): void {
    this.#onEmpty.get(pipe)?.()
  }

  /** A session has ended. */
  ended(pipe: Pipe): void {
    const onEnd = this.#onEnd.get(pipe)
    this.#onEnd.delete(pipe)
    onEnd?.()
  }

  // --- connecting

  async connected(connector: Connector, session: Session): Promise<void> {
    const pipe = this.#pipeFor(session, connector)
    if (pipe === undefined) return
    connector.pipe = pipe
    const { promise, resolve } = deferred<undefined>()
    this.#open(pipe, session, () => {
      // With `immediate` there is no room for a peer that is not there.
      if (this.#host.options.immediate && !connector.stopped) {
        connector.pipe = undefined
        this.#host.removePipe(pipe)
        pipe.close('disconnected')
      }
      resolve(undefined)
    })
    await promise
  }

  abandoned(connector: Connector): void {
    this.#connectors.delete(connector)
    const { pipe } = connector
    if (pipe === undefined) return
    this.#host.removePipe(pipe)
    if (pipe.session === undefined) pipe.close('disconnected')
    this.#onEmpty.get(pipe)?.()
  }

  #leave(connector: Connector, lingers: boolean): void {
    this.#connectors.delete(connector)
    const { pipe } = connector
    // Without a peer nothing can leave inproc: nobody will bind for the sake of a closed socket.
    const reachable = pipe?.session !== undefined || leadsOut(connector)
    if (pipe === undefined || pipe.queued === 0 || !lingers || !reachable) connector.stop()
    if (pipe === undefined) return
    this.#retire(pipe, lingers && reachable, () => {
      connector.stop()
    })
  }

  /** Undefined where another peer has the only place: this one may have it later. */
  #newPipe(connector: Connector): Pipe | undefined {
    try {
      return this.#host.addPipe(connector)
    } catch (error) {
      if (error instanceof ZmqError && error.code === 'EBUSY') return undefined
      throw error
    }
  }

  /** Where a new session belongs; if nowhere, it is told so and ends. */
  #pipeFor(session: Session, origin: Connector | Bound): Pipe | undefined {
    try {
      const pipe = origin.pipe ?? this.#host.addPipe(origin)
      if (!pipe.closed) return pipe
      session.destroy()
    } catch (error) {
      session.destroy(fromSystemError(error))
    }
    return undefined
  }

  #connectorsTo(address: string): Connector[] {
    return [...this.#connectors].filter(({ endpoint }) => endpoint.text === address)
  }

  #connectorOf(pipe: Pipe): Connector | undefined {
    return [...this.#connectors].find((connector) => connector.pipe === pipe)
  }

  /** Begins a session on its pipe, unless the pattern refuses it. */
  #open(pipe: Pipe, session: Session, onEnd: () => void): void {
    this.#onEnd.set(pipe, onEnd)
    const refusal = this.#host.openPipe(pipe, session)
    if (refusal === undefined) return
    session.destroy(refusal)
    this.ended(pipe)
  }

  // --- accepting

  #accept(session: Session, bound: Bound): void {
    const pipe = this.#pipeFor(session, bound)
    if (pipe === undefined) return
    const { pipes } = bound
    pipes.add(pipe)
    this.#open(pipe, session, () => {
      pipes.delete(pipe)
      this.#host.removePipe(pipe)
      this.#drop(pipe, 'disconnected')
    })
  }

  #unbind(bound: Bound, lingers: boolean): void {
    const { listener, emit, pipes } = bound
    bound.left = true
    if (listener !== undefined) {
      listener.close()
      emit({ type: 'close', address: listener.endpoint })
    }
    for (const pipe of pipes) this.#retire(pipe, lingers)
  }

  // --- leaving

  /** Takes a pipe out of service: what is queued may still leave, then the conversation ends. */
  #retire(pipe: Pipe, lingers: boolean, done?: () => void): void {
    if (pipe.closed) return
    this.#host.removePipe(pipe)
    const { linger } = this.#host.options
    const deadline = lingers && linger > 0 ? startTimer(linger, () => this.#drop(pipe)) : undefined
    const retired = this.#finish(pipe, lingers).then(() => {
      deadline?.cancel()
      done?.()
      this.#retiring.delete(pipe)
    })
    this.#retiring.set(pipe, retired)
  }

  async #finish(pipe: Pipe, lingers: boolean): Promise<void> {
    pipe.session?.flush()
    if (lingers && pipe.queued > 0) {
      const { promise, resolve } = deferred<undefined>()
      this.#onEmpty.set(pipe, () => {
        this.#onEmpty.delete(pipe)
        resolve(undefined)
      })
      await promise
    }
    if (lingers || pipe.outgoing === 0) await pipe.finish()
    else this.#drop(pipe)
  }

  #drop(pipe: Pipe, reason: 'closed' | 'disconnected' = 'closed'): void {
    pipe.close(reason)
    this.#onEmpty.get(pipe)?.()
    this.ended(pipe)
  }

  /** @throws ZmqError also `ENOCOMPATPROTO` when the socket type has no use for the transport. */
  #find(address: string): ReturnType<ContextServices['transport']> {
    const { services, type } = this.#host
    const found = services.transport(address)
    const { scheme } = found.transport
    if (type.schemes?.includes(scheme) ?? scheme !== 'udp') return found
    const reason = `a ${type.name} socket does not work over ${scheme}://`
    throw new ZmqError('ENOCOMPATPROTO', { address, reason })
  }

  #localFor(transport: Transport): ConnectorEnd {
    const { local } = this.#host
    return transport.observable ? local : { ...local, emit: () => undefined }
  }
}

/** Whether an attempt that is not done yet can still be. */
function leadsOut({ transport, endpoint }: Connector): boolean {
  return transport.observable || transport.reaches?.(endpoint) === true
}

/** Whoever begins to listen in the turn of `bindSync()` hears of it. */
function soon({ emit }: ConnectorEnd, event: Event): void {
  queueMicrotask(() => {
    emit(event)
  })
}

/** @returns the error, reported. */
function failed(error: unknown, address: string, local: ConnectorEnd): unknown {
  if (error instanceof ZmqError) soon(local, { type: 'bind:error', address, error })
  return error
}

/** @throws TypeError when it is no text. */
export function checkAddress(address: unknown): string {
  if (typeof address !== 'string') throw new TypeError('Address must be a string')
  return address
}
