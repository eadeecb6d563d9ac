import { EventEmitter } from 'node:events'
import { emitWarning, nextTick } from 'node:process'
import { ZmqError } from '../errors.js'
import type { MessageLike, Message } from '../message.js'
import { core, receive, send, type Socket as Inner } from '../socket/socket.js'
import { Subscriber } from '../socket/subscriber.js'
import { Deque } from '../util/deque.js'
import { ZMQ_SNDMORE, ZMQ_SUBSCRIBE, ZMQ_UNSUBSCRIBE } from './constants.js'
import { Monitor } from './monitor.js'
import {
  getOption,
  numberOf,
  options,
  setOption,
  type OptionValue,
  type ShortOption,
} from './options.js'
import { later, tick } from './program-code.js'
import { open, type SocketType } from './socket-types.js'

/** Told when it is done, or why it could not be. */
export type Callback = (error?: Error) => void

interface Outgoing {
  readonly parts: unknown[]
  readonly callbacks: Callback[]
}

const NOTHING: Outgoing = { parts: [], callbacks: [] }

/** Types that never get a message. */
const MUTE: ReadonlySet<SocketType> = new Set(['push', 'pub'])

/** Hands on to `to` what comes to `from`, no faster than `to` can take it. @internal */
export let passOn: (from: Socket, to: Socket, change?: (parts: Message[]) => Message[]) => void

/**
 * A socket as zeromq 5 had them: an event emitter, whose messages come as `message` events with the
 * parts as arguments. Beside `message` it emits `error` (as every emitter: without a listener that
 * ends the process), `bind` and `unbind` with the address, and while {@link Socket.monitor} is on
 * `connect`, `connect_delay`, `connect_retry`, `listen`, `bind_error`, `accept`, `accept_error`,
 * `close`, `close_error` and `disconnect`, each with a number, the endpoint, and of errors the error.
 * The number is the interval of a retry in milliseconds, the `errno` of an error, and otherwise one
 * that tells connections apart (-1 where there is none), in place of a descriptor.
 *
 * Options are properties by their short names (`linger`, `identity` and so on, see {@link options}).
 * What comes is received all the time until {@link Socket.pause}, so that every socket but PUSH and
 * PUB keeps the process alive until it is closed.
 */
export class Socket extends EventEmitter {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the reference's type: programs keep things of their own here
  [name: string]: any
  /** The type as it was given, such as `xreq`. */
  type: SocketType
  readonly #socket: Inner
  readonly #queue = new Deque<Outgoing>()
  /** What was sent with ZMQ_SNDMORE. */
  #begun = NOTHING
  #paused = false
  /** A bind or unbind is under way, and the socket can do nothing else. */
  #blocked = false
  #sending = false
  #receiving = false
  // REQ and REP: what is out of turn now is in turn when one of these has changed.
  #sent = 0
  #received = 0
  /** It came while the socket was being paused. */
  #kept: Message[] | undefined
  /** Messages that others have yet to take before the next is received. */
  readonly #passing: Promise<void>[] = []
  #monitor: Monitor | undefined

  static {
    passOn = (from, to, change = (parts) => parts) => {
      from.on('message', (...parts: Message[]) => {
        from.#passing.push(to.#take(change(parts)))
      })
    }
    for (const name of Object.keys(options) as ShortOption[]) {
      Object.defineProperty(Socket.prototype, name, {
        configurable: true,
        get(this: Socket) {
          return this.getsockopt(name)
        },
        set(this: Socket, value: unknown) {
          this.setsockopt(name, value)
        },
      })
    }
  }

  /** @throws ZmqError `EINVAL` when there is no such type, `EMFILE` when too many sockets are open. */
  constructor(type: SocketType) {
    super()
    this.type = type
    this.#socket = open(type)
    void this.#receiveAll()
  }

  /** Whether the socket is closed. */
  get closed(): boolean {
    return this.#socket.closed
  }

  /**
   * Listens on an endpoint, then emits `bind` and calls back. Until then the socket cannot bind,
   * unbind, connect or disconnect (`EBUSY`); what is sent waits.
   *
   * @param callback gets an error if there is one; without a callback that becomes an `error` event.
   * @throws ZmqError `EBADF`, `EBUSY`; TypeError when the address is no string.
   */
  bind(address: string, callback?: Callback): this {
    return this.#change('bind', address, callback)
  }

  /** Stops listening on an endpoint as `last_endpoint` had it, then emits `unbind` and calls back, as `bind()` does. */
  unbind(address: string, callback?: Callback): this {
    return this.#change('unbind', address, callback)
  }

  #change(what: 'bind' | 'unbind', address: string, callback?: Callback): this {
    const done = this.#socket[what](address)
    this.#blocked = true
    const unblock = (next: () => void): void => {
      this.#blocked = false
      void this.#sendAll()
      void this.#receiveAll()
      nextTick(next)
    }
    done.then(
      () => {
        unblock(() => {
          this.emit(what, address)
          callback?.()
        })
      },
      (error: unknown) => {
        unblock(() => {
          if (callback === undefined) this.emit('error', error)
          else callback(error as Error)
        })
      },
    )
    return this
  }

  /** Listens on an endpoint before it returns; nothing is emitted. @throws ZmqError as the main entry's `bindSync()`. */
  bindSync(address: string): void {
    this.#socket.bindSync(address)
  }

  /** Stops listening on an endpoint before it returns; nothing is emitted. @throws ZmqError as the main entry's `unbindSync()`. */
  unbindSync(address: string): void {
    this.#socket.unbindSync(address)
  }

  /**
   * Connects to an endpoint, in the background and again whenever the connection is lost.
   * @throws ZmqError `EINVAL`, `EPROTONOSUPPORT`, `EBADF`, `EBUSY`.
   */
  connect(address: string): this {
    this.#socket.connect(address)
    return this
  }

  /** Ends a connection made with `connect()`. @throws ZmqError `ENOENT` when there is none. */
  disconnect(address: string): this {
    this.#socket.disconnect(address)
    return this
  }

  /**
   * Sends a message of one or more parts as soon as that is possible and the socket is not paused.
   * What has to wait is kept without a bound: a program that produces faster than its peers take
   * waits for the callback.
   *
   * @param flags `ZMQ_SNDMORE`: further parts of the same message come with the next call.
   * @param callback is called when the message is queued for a peer, or with the error; without a
   * callback that becomes an `error` event. After `close()` the event is only for who listens to it.
   */
  send(message: MessageLike[] | MessageLike, flags?: number | null, callback?: Callback): this {
    const parts = this.#begun.parts.concat(message)
    const callbacks = this.#begun.callbacks.concat(callback ?? [])
    const more = ((flags ?? 0) & ZMQ_SNDMORE) !== 0
    this.#begun = more ? { parts, callbacks } : NOTHING
    if (!more) {
      this.#queue.push({ parts, callbacks })
      void this.#sendAll()
    }
    return this
  }

  /** For a proxy. @returns a promise that is kept once the message is queued or has failed. */
  #take(parts: Message[]): Promise<void> {
    return new Promise((resolve) => {
      this.send(parts, 0, (error) => {
        resolve()
        if (error !== undefined) this.#fail(error)
      })
    })
  }

  /** Sends until nothing is left, or what is left has to wait. */
  async #sendAll(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    for (;;) {
      const next = this.#queue.peek()
      if (next === undefined || this.#rests) break
      const atOnce = this.#socket.writable
      const received = this.#received
      const attempt = this.#attempt(next.parts)
      if (atOnce) {
        // Without waiting, so that all of it is on its way if the socket is closed now.
        this.#queue.shift()
        void attempt.then((error) => this.#report(next, error))
        continue
      }
      const error = await attempt
      if (isOutOfTurn(error) && core(this.#socket).options.sendTimeout === -1) {
        if (received === this.#received) break
      } else {
        this.#queue.shift()
        this.#report(next, error)
      }
    }
    this.#sending = false
  }

  /** @returns the error, if there is one. */
  async #attempt(parts: unknown[]): Promise<unknown> {
    try {
      await send(this.#socket, parts)
      return undefined
    } catch (error) {
      return error
    }
  }

  #report({ callbacks }: Outgoing, error: unknown): void {
    if (error === undefined) {
      this.#sent++
      void this.#receiveAll()
    } else if (callbacks.length === 0) {
      this.#fail(error)
    }
    for (const callback of callbacks) {
      try {
        if (error === undefined) callback()
        else callback(error as Error)
      } catch (thrown) {
        nextTick(() => {
          throw thrown
        })
      }
    }
  }

  #fail(error: unknown): void {
    nextTick(() => {
      // After close() it is no crash: the reference never told, and programs send to the end.
      if (!this.closed || this.listenerCount('error') > 0) this.emit('error', error)
    })
  }

  /** Whether nothing may be sent or received now. */
  get #rests(): boolean {
    return !this.closed && (this.#paused || this.#blocked)
  }

  /** Receives until the socket is closed, rests, or would be out of turn. */
  async #receiveAll(): Promise<void> {
    if (this.#receiving || MUTE.has(this.type)) return
    this.#receiving = true
    while (!this.closed && !this.#rests) {
      const sent = this.#sent
      try {
        const message = this.#kept ?? (await receive(this.#socket))
        this.#kept = undefined
        this.#received++
        await this.#deliver(message)
      } catch (error) {
        if (this.closed) break
        if (!isOutOfTurn(error)) await later(() => this.emit('error', error))
        else if (sent === this.#sent) break
      }
    }
    this.#receiving = false
  }

  async #deliver(message: Message[]): Promise<void> {
    void this.#sendAll()
    await tick(() => {
      if (this.#paused) this.#kept = message
      else this.emit('message', ...message)
    })
    if (this.#passing.length > 0) await Promise.all(this.#passing.splice(0))
  }

  /** Not part of this API: messages come as events. @throws Error always. */
  read(): void {
    throw new Error(
      "read() has been removed from compatibility mode; use on('message', ...) instead.",
    )
  }

  /** Emits no messages and sends none until {@link Socket.resume}; they wait, within the high water marks. */
  pause(): void {
    this.#paused = true
  }

  /** Goes on after {@link Socket.pause}. */
  resume(): void {
    this.#paused = false
    void this.#receiveAll()
    void this.#sendAll()
  }

  /**
   * Closes the socket. What is queued for peers still leaves, for as long as `linger` says; sends
   * that still wait for room fail. Closing twice is the same as once.
   */
  close(): this {
    void this.#socket.close()
    void this.#sendAll()
    return this
  }

  /** Emits what happens to endpoints and connections from now on. The arguments of zeromq 5 have no effect. */
  monitor(interval?: number, count?: number): this {
    if (interval || count) {
      emitWarning('Arguments to monitor() have no effect: all events are read as they come')
    }
    if (!this.closed) this.#monitor ??= new Monitor(this.#socket, this)
    return this
  }

  /** Ends {@link Socket.monitor}. */
  unmonitor(): this {
    this.#monitor?.close()
    this.#monitor = undefined
    return this
  }

  /** Wants messages that begin with this. @throws ZmqError `EINVAL` when the socket is no SUB. */
  subscribe(filter: string): this {
    this.#subscriber.subscribe(filter)
    return this
  }

  /** Undoes one `subscribe()`. @throws ZmqError `EINVAL` when the socket is no SUB. */
  unsubscribe(filter: string): this {
    this.#subscriber.unsubscribe(filter)
    return this
  }

  get #subscriber(): Subscriber {
    if (this.#socket instanceof Subscriber) return this.#socket
    throw new ZmqError('EINVAL', {
      message: 'Subscriber socket required',
      reason: `only a sub socket subscribes with a method, not ${this.type}`,
    })
  }

  /**
   * Sets an option by its number or short name. Most take effect for endpoints bound or connected
   * thereafter.
   * @throws TypeError for a value of the wrong type, ZmqError `EINVAL` for an unknown option, one that
   * is not for this type of socket or a value out of range, `ENOTSOCK` when closed.
   */
  setsockopt(option: number | ShortOption, value: unknown): this {
    const number = numberOf(option)
    if (number === ZMQ_SUBSCRIBE) this.#subscriber.subscribe(value as string)
    else if (number === ZMQ_UNSUBSCRIBE) this.#subscriber.unsubscribe(value as string)
    else setOption(this.#socket, option, value)
    return this
  }

  /** An option by its number or short name. @throws ZmqError `EINVAL` for an unknown one, `ENOTSOCK` when closed. */
  getsockopt(option: number | ShortOption): OptionValue {
    return getOption(this.#socket, option)
  }
}

function isOutOfTurn(error: unknown): boolean {
  return error instanceof ZmqError && error.code === 'EFSM'
}
