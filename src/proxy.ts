import { ZmqError, type ErrorCode } from './errors.js'
import type { DropReason } from './events.js'
import type { Parts } from './message.js'
import type { Borrower } from './socket/gate.js'
import type { SocketCore } from './socket/core.js'
import { core, Socket } from './socket/socket.js'
import { deferred, type Deferred } from './util/deferred.js'

/** Messages that go one way before the other way has its turn. */
const MOST_AT_ONCE = 64

/** Errors of a socket that are about one message, and what it then counts as. */
const DROPS: ReadonlyMap<ErrorCode, DropReason> = new Map([
  ['EHOSTUNREACH', 'unroutable'],
  ['EMSGSIZE', 'oversize'],
])

/** What passed through one end of a proxy, one way: whole messages, and the bytes of their parts. */
export interface ProxyTraffic {
  /** How many messages. */
  readonly messages: number
  /** How many bytes they had, envelopes included. */
  readonly bytes: number
}

/** What passed through one end of a proxy. */
export interface ProxyEnd {
  /** What its peers have sent and the proxy has taken. */
  readonly received: ProxyTraffic
  /** What the proxy has handed to it for its peers. */
  readonly sent: ProxyTraffic
}

/** What has passed through a proxy so far: STATISTICS of libzmq's steerable proxy, in whole messages. */
export interface ProxyStatistics {
  /** Through the front-end socket. */
  readonly frontEnd: ProxyEnd
  /** Through the back-end socket. */
  readonly backEnd: ProxyEnd
}

/** What {@link Proxy.run} may be told. */
export interface ProxyOptions {
  /**
   * A socket that is sent a copy of every message (PUB, PUSH, DEALER or PAIR). It never holds the
   * traffic up: what it has no room for is left out, and counted in `captureMissed`. It stays open. None by default.
   */
  readonly capture?: Socket
  /** Ends the proxy as `terminate()` does; `run()` then rejects with `signal.reason`. None by default. */
  readonly signal?: AbortSignal
}

/** One way through the proxy. */
class Lane {
  readonly from: SocketCore
  readonly to: SocketCore
  messages = 0
  bytes = 0
  /** Taken from one side, and refused by the other at the last moment. */
  held: Parts | undefined

  constructor(from: SocketCore, to: SocketCore) {
    this.from = from
    this.to = to
  }

  get traffic(): ProxyTraffic {
    return { messages: this.messages, bytes: this.bytes }
  }

  next(): Parts | undefined {
    if (this.held !== undefined) return this.held
    if (!this.from.pattern.canReceive || !this.to.pattern.canSend) return undefined
    const message = this.from.pass()
    for (const part of message ?? []) this.bytes += part.length
    if (message !== undefined) this.messages++
    return message
  }

  /** @returns false when it cannot be taken yet. What one peer cannot have must not end it for the others. */
  offer(message: Parts): boolean {
    try {
      return this.to.offer(message)
    } catch (error) {
      const reason = error instanceof ZmqError ? DROPS.get(error.code) : undefined
      if (reason === undefined) throw error
      this.to.drop(reason)
      return true
    }
  }

  giveUp(): void {
    if (this.held !== undefined) this.to.drop('closed')
    this.held = undefined
  }
}

/**
 * Moves messages between two sockets, both ways as far as their types allow: ROUTER and DEALER for a
 * queue, XPUB and XSUB for a forwarder, PULL and PUSH for a streamer (zmq_proxy of libzmq). Nothing is
 * taken from one side before the other has room for it, so that the marks of both hold.
 *
 * ```ts
 * const proxy = new Proxy(new Router(), new Dealer())
 * await proxy.frontEnd.bind('tcp://*:3001')
 * await proxy.backEnd.bind('tcp://*:3002')
 * await proxy.run() // until proxy.terminate()
 * ```
 *
 * @typeParam F The type of the front-end socket.
 * @typeParam B The type of the back-end socket.
 */
export class Proxy<F extends Socket = Socket, B extends Socket = Socket> {
  /** Where requests come from; it belongs to the proxy while that runs. */
  readonly frontEnd: F
  /** Where they go to; it belongs to the proxy while that runs. */
  readonly backEnd: B
  readonly #there: Lane
  readonly #back: Lane
  readonly #borrower: Borrower
  #state: 'idle' | 'running' | 'paused' | 'ended' = 'idle'
  #end: Deferred<void> | undefined
  #capture: SocketCore | undefined
  #captureMissed = 0
  /** More is to be done in the next turn. */
  #resting = false
  #working = false

  /**
   * @param frontEnd one socket.
   * @param backEnd the other; the same one makes a loop.
   * @throws TypeError when one is no socket.
   */
  constructor(frontEnd: F, backEnd: B) {
    // eslint-disable-next-line prefer-rest-params -- callers without types; the words are the reference's
    const { length } = arguments
    if (length > 2) throw new TypeError(`Expected 2 arguments but received ${String(length)}`)
    this.frontEnd = checkSocket(frontEnd, 'Front-end')
    this.backEnd = checkSocket(backEnd, 'Back-end')
    const [front, back] = [core(frontEnd), core(backEnd)]
    this.#there = new Lane(front, back)
    this.#back = new Lane(back, front)
    this.#borrower = {
      ready: () => {
        this.#work()
      },
      closing: () => {
        if (this.#isRunning) this.#stop()
      },
    }
  }

  /**
   * Moves messages until `terminate()`. Both sockets must be bound or connected, and have no operation
   * waiting; meanwhile nobody else can use them (`EBUSY`), and in the end they are closed, with their
   * `linger`. Closing one of them ends the proxy too. What a Router with `mandatory` has no route for
   * is dropped, and counted as `unroutable`.
   *
   * @throws ZmqError at once: `EINVAL` when a socket is not bound or connected, or the capture socket is
   * one of the two; `EBUSY` when one is in use. Rejected: what a socket failed with.
   */
  run({ capture, signal }: ProxyOptions = {}): Promise<void> {
    const { from: front, to: back } = this.#there
    if (front.endpointless) throw notReady('Front-end')
    if (back.endpointless) throw notReady('Back-end')
    this.#capture = capture === undefined ? undefined : core(checkSocket(capture, 'Capture'))
    if (this.#capture === front || this.#capture === back) {
      throw new ZmqError('EINVAL', { reason: 'the capture socket is one that the proxy runs on' })
    }
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error)
    front.lend(this.#borrower)
    if (back !== front) this.#lendBack(front, back)
    this.#state = 'running'
    this.#end = deferred()
    const abort = (): void => {
      if (this.#isRunning) this.#stop(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
    this.#work()
    return this.#end.promise.finally(() => {
      signal?.removeEventListener('abort', abort)
    })
  }

  /**
   * Stops moving messages; peers wait, or lose what their sockets lose when nobody receives.
   * (6.8.0 of the reference goes on.)
   * @throws ZmqError `EBADF` when the proxy does not run.
   */
  pause(): void {
    this.#demandRunning()
    this.#state = 'paused'
  }

  /** Goes on after `pause()`. @throws ZmqError `EBADF` when the proxy does not run. */
  resume(): void {
    this.#demandRunning()
    this.#state = 'running'
    this.#work()
  }

  /** Ends the proxy and closes its two sockets. @throws ZmqError `EBADF` when the proxy does not run. */
  terminate(): void {
    this.#demandRunning()
    this.#stop()
  }

  /** What has passed so far; it stays after the end. */
  get statistics(): ProxyStatistics {
    const there = this.#there.traffic
    const back = this.#back.traffic
    return {
      frontEnd: { received: there, sent: back },
      backEnd: { received: back, sent: there },
    }
  }

  /** Messages that the capture socket had no room for. */
  get captureMissed(): number {
    return this.#captureMissed
  }

  get #isRunning(): boolean {
    return this.#state === 'running' || this.#state === 'paused'
  }

  #demandRunning(): void {
    if (!this.#isRunning) throw new ZmqError('EBADF')
  }

  #lendBack(front: SocketCore, back: SocketCore): void {
    try {
      back.lend(this.#borrower)
    } catch (error) {
      front.giveBack()
      throw error
    }
  }

  /** Moves what can be moved, both ways in turn: a reply may have to leave before the next request. */
  #work(): void {
    // What is sent may make room for the next in the very same call.
    if (this.#working || this.#resting) return
    this.#working = true
    try {
      let moved: number
      do {
        moved = this.#move(this.#there) + this.#move(this.#back)
        this.#rest(this.#there.from.spend(moved))
      } while (moved > 0 && !this.#resting)
    } catch (error) {
      this.#stop(error)
    }
    this.#working = false
  }

  /** @returns how many messages went that way. */
  #move(lane: Lane): number {
    for (let moved = 0; moved < MOST_AT_ONCE; moved++) {
      const message = this.#state === 'running' ? lane.next() : undefined
      if (message === undefined || !this.#pass(lane, message)) return moved
    }
    return MOST_AT_ONCE
  }

  /** @returns false when the other side cannot take it yet. */
  #pass(lane: Lane, message: Parts): boolean {
    const isNew = lane.held === undefined
    lane.held = lane.offer(message) ? undefined : message
    if (isNew) this.#copy(message)
    return lane.held === undefined
  }

  #copy(message: Parts): void {
    if (this.#capture === undefined) return
    if (this.#capture.closed || !this.#capture.offer(message)) this.#captureMissed++
  }

  /** Lets others have their turn, when this one has been long. */
  #rest(pause: Promise<void> | undefined): void {
    if (pause === undefined) return
    this.#resting = true
    void pause.then(() => {
      this.#resting = false
      this.#work()
    })
  }

  #stop(error?: unknown): void {
    this.#state = 'ended'
    const { from: front, to: back } = this.#there
    for (const lane of [this.#there, this.#back]) lane.giveUp()
    front.giveBack()
    if (back !== front) back.giveBack()
    void front.close()
    void back.close()
    if (error === undefined) this.#end?.resolve()
    else this.#end?.reject(error)
  }
}

function checkSocket<S extends Socket>(socket: S, which: string): S {
  if (socket instanceof Socket) return socket
  if (typeof socket !== 'object' || (socket as unknown) === null) {
    throw new TypeError(`${which} must be a socket object`)
  }
  throw new ZmqError('EINVAL', { reason: `the ${which.toLowerCase()} is no socket` })
}

function notReady(which: string): ZmqError {
  return new ZmqError('EINVAL', { message: `${which} socket must be bound or connected` })
}
