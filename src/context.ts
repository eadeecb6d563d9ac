import { addFilter, createKeepAlive, createTransports, hasIpc, meetThreads, warn } from '#platform'
import { parseEndpoint, type Endpoint } from './endpoint.js'
import { ZmqError } from './errors.js'
import { InprocTransport } from './transport/inproc.js'
import type { Transport } from './transport/transport.js'

/** The options of a {@link Context}. */
export interface ContextOptions {
  /** How many sockets may be open at once. @default 1023 */
  maxSockets?: number
  /** What `ipv6` is at first for new sockets. @default false */
  ipv6?: boolean
  /** Whether new sockets have an endless `linger` at first (false: 0). @default true */
  blocky?: boolean
  /** Accepted for compatibility: sockets have limits of their own. @default 2147483647 */
  maxMessageSize?: number
  /** Accepted for compatibility: there are no I/O threads. @default 1 */
  ioThreads?: number
  /** Accepted for compatibility: there are no I/O threads. */
  threadPriority?: number
  /** Accepted for compatibility: there are no I/O threads. */
  threadSchedulingPolicy?: number
}

/** The options that a context keeps. */
type Kept = Omit<ContextOptions, 'threadPriority' | 'threadSchedulingPolicy'>

/** libzmq's options of a context by its numbers, for subclasses; the code comes with numbered-context.ts. */
export declare abstract class NumberedContext {
  protected getBoolOption(option: number): boolean
  protected setBoolOption(option: number, value: boolean): void
  protected getInt32Option(option: number): number
  protected setInt32Option(option: number, value: number): void
}

/** What contexts extend, so that the types know of methods that are defined elsewhere: nothing. */
const NumberedBase: typeof NumberedContext = Object as unknown as typeof NumberedContext

/** The inner side of a context. @internal */
export let servicesOf: (context: Context) => ContextServices

/** The names of the context become those of all threads. */
let share: (context: Context) => Context

const MOST_SOCKETS = 65_535
const INT_MAX = 0x7fffffff

/**
 * What sockets share: the names of `inproc://`, the transports, and defaults. Sockets of different
 * contexts do not see each other's `inproc://` names. A context belongs to the thread that made it,
 * except for the default one. Most programs need only that.
 */
export class Context extends NumberedBase {
  /** How many sockets may be open at once; one more is refused with `EMFILE`. */
  declare maxSockets: number
  /** What `ipv6` is at first for new sockets. */
  declare ipv6: boolean
  /** Whether new sockets have an endless `linger` at first (false: 0). */
  declare blocky: boolean
  /** Accepted for compatibility: sockets have limits of their own. */
  declare maxMessageSize: number
  /** Accepted for compatibility: there are no I/O threads. */
  declare ioThreads: number
  /** Accepted for compatibility, and not to be read: there are no I/O threads. */
  declare threadPriority: number
  /** Accepted for compatibility, and not to be read: there are no I/O threads. */
  declare threadSchedulingPolicy: number
  readonly #options: Required<Kept> = {
    maxSockets: 1023,
    ipv6: false,
    blocky: true,
    maxMessageSize: INT_MAX,
    ioThreads: 1,
  }
  readonly #transports = new Map<string, Transport>()
  readonly #keepAlive = createKeepAlive()
  #sockets = 0

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options: ContextOptions = {}) {
    super()
    if (typeof options !== 'object' || (options as unknown) === null) {
      throw new TypeError('Options must be an object')
    }
    for (const transport of [new InprocTransport(), ...createTransports()]) {
      this.#transports.set(transport.scheme, transport)
    }
    Object.seal(this)
    Object.assign(this, options)
  }

  static {
    for (const name of ['maxSockets', 'ipv6', 'blocky', 'maxMessageSize', 'ioThreads'] as const) {
      Object.defineProperty(Context.prototype, name, {
        get(this: Context) {
          return this.#options[name]
        },
        set(this: Context, value: unknown) {
          this.#set(name, value)
        },
      })
    }
    servicesOf = (context) => context.#services
    share = (context) => {
      context.#transports.set('inproc', new InprocTransport(meetThreads))
      return context
    }
  }

  /** The highest value that `maxSockets` takes. */
  get maxSocketsLimit(): number {
    return MOST_SOCKETS
  }

  #set(name: keyof Kept, value: unknown): void {
    const current = this.#options[name]
    if (typeof value !== typeof current) {
      throw new TypeError(`Option value must be a ${typeof current}`)
    }
    const least = name === 'maxSockets' ? 1 : 0
    if (typeof value === 'number' && !(value >= least && value <= INT_MAX)) {
      throw new ZmqError('EINVAL', {
        reason: `option ${name} is ${String(least)} to ${String(INT_MAX)}, not ${String(value)}`,
      })
    }
    Object.assign(this.#options, { [name]: value })
  }

  readonly #services: ContextServices = {
    transport: (address) => {
      const endpoint = parseEndpoint(address)
      const transport = this.#transports.get(endpoint.scheme)
      if (transport === undefined) {
        const known = [...this.#transports.keys()].join(', ')
        const reason = `no transport for ${endpoint.scheme}://, there are: ${known}`
        throw new ZmqError('EPROTONOSUPPORT', { address, reason })
      }
      return { endpoint, transport }
    },
    open: () => {
      if (this.#sockets >= this.#options.maxSockets) {
        const reason = `${String(this.#sockets)} sockets are open, as many as context.maxSockets allows`
        throw new ZmqError('EMFILE', { reason })
      }
      this.#sockets++
    },
    closed: () => {
      this.#sockets--
    },
    hold: () => {
      this.#keepAlive.acquire()
    },
    release: () => {
      this.#keepAlive.release()
    },
    warn,
    addFilter,
  }
}

/** What a context does for its sockets. */
export interface ContextServices {
  /** @throws ZmqError `EINVAL`, `EPROTONOSUPPORT`. */
  transport(address: string): { endpoint: Endpoint; transport: Transport }
  /** Counts a new socket. @throws ZmqError `EMFILE`. */
  open(): void
  closed(): void
  /** The process has a reason to live on, until `release()`. */
  hold(): void
  release(): void
  warn(message: string): void
  /** Adds to `tcpAcceptFilter`; null clears it. @throws ZmqError `EINVAL`. */
  addFilter(list: string | null, range: string | null): string | null
}

/**
 * The context of sockets that are given none. In Node its `inproc://` names are those of all threads
 * of the process, as they are in the reference; in a browser they are those of a page or a worker.
 */
export const context: Context = share(new Context())

/** What this build can do, under the reference's names. */
export const capability: Partial<
  Record<'ipc' | 'pgm' | 'tipc' | 'norm' | 'curve' | 'gssapi' | 'draft', boolean>
> = {
  ipc: hasIpc,
  pgm: false,
  tipc: false,
  norm: false,
  curve: false,
  gssapi: false,
  draft: true,
}

/** The libzmq whose behaviour this library has, for programs that compare versions. */
export const version = '4.3.5'
