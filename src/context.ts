import { addFilter, createKeepAlive, createTransports, hasIpc, meetThreads, warn } from '#platform'
import { parseEndpoint, type Endpoint } from './endpoint.js'
import { ZmqError } from './errors.js'
import { InprocTransport } from './transport/inproc.js'
import type { Transport } from './transport/transport.js'
import type { Use } from './util/keep-alive.js'

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
  /** Accepted for compatibility: there are no I/O threads. Cannot be read. */
  threadPriority?: number
  /** Accepted for compatibility: there are no I/O threads. Cannot be read. */
  threadSchedulingPolicy?: number
}

/** The inner side of a context. @internal */
export let servicesOf: (context: Context) => ContextServices

/** The names of the context become those of all threads. */
let share: (context: Context) => Context

const MOST_SOCKETS = 65_535
const INT_MAX = 0x7fffffff

// libzmq's numbers of the options that are something special.
const MAX_SOCKETS = 2
/** Can be read; set by this number it is the priority of threads. */
const SOCKET_LIMIT = 3
const SCHED_POLICY = 4
const IPV6 = 42
const BLOCKY = 70

const isFlag = (id: number): boolean => id === IPV6 || id === BLOCKY

/** The number of each property; negative: it cannot be read. */
const PROPERTIES = {
  ioThreads: 1,
  maxSockets: MAX_SOCKETS,
  maxMessageSize: 5,
  ipv6: IPV6,
  blocky: BLOCKY,
  threadPriority: -SOCKET_LIMIT,
  threadSchedulingPolicy: -SCHED_POLICY,
}

/**
 * What sockets share: the names of `inproc://`, the transports, and defaults. Sockets of different
 * contexts do not see each other's `inproc://` names. A context belongs to the thread that made it,
 * except for the default one. Most programs need only that.
 *
 * At its end a process waits, for as long as `linger` of each socket says, until the messages that
 * are queued have left, and says so on stderr after half a second. `process.exit()` waits for
 * nothing: what is queued then is lost, unless `close()` was awaited before.
 */
export class Context {
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
  /** Accepted for compatibility: there are no I/O threads. Reading it gives undefined. */
  declare threadPriority: number
  /** Accepted for compatibility: there are no I/O threads. Reading it gives undefined. */
  declare threadSchedulingPolicy: number
  /** By libzmq's number. */
  readonly #options = new Map([
    [1, 1],
    [MAX_SOCKETS, 1023],
    [SOCKET_LIMIT, MOST_SOCKETS],
    [SCHED_POLICY, 0],
    [5, INT_MAX],
    [IPV6, 0],
    [BLOCKY, 1],
  ])
  readonly #transports = new Map<string, Transport>()
  readonly #keepAlive = createKeepAlive(() => this.blocky)
  #sockets = 0

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options: ContextOptions = {}) {
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
    for (const [name, number] of Object.entries(PROPERTIES)) {
      const id = Math.abs(number)
      Object.defineProperty(Context.prototype, name, {
        get(this: Context) {
          if (number < 0) return undefined
          return isFlag(id) ? this.getBoolOption(id) : this.getInt32Option(id)
        },
        set(this: Context, value: unknown) {
          this.#set(id, value, isFlag(id) ? 'boolean' : 'number')
        },
      })
    }
    servicesOf = (context) => context.#services
    share = (context) => {
      meetThreads(context.#transports.get('inproc') as InprocTransport)
      return context
    }
  }

  /** The highest value that `maxSockets` takes. */
  get maxSocketsLimit(): number {
    return MOST_SOCKETS
  }

  /** An option by libzmq's number. @throws ZmqError `EINVAL` when there is none. */
  protected getInt32Option(option: number): number {
    const value = this.#options.get(checkNumber(option))
    if (value === undefined) throw unknown(option)
    return value
  }

  /** An option by libzmq's number. @throws ZmqError `EINVAL` when there is none. */
  protected getBoolOption(option: number): boolean {
    return this.getInt32Option(option) !== 0
  }

  /** Sets an option by libzmq's number. @throws TypeError, ZmqError `EINVAL`. */
  protected setInt32Option(option: number, value: number): void {
    this.#set(checkNumber(option), value, 'number')
  }

  /** Sets an option by libzmq's number. @throws TypeError, ZmqError `EINVAL`. */
  protected setBoolOption(option: number, value: boolean): void {
    this.#set(checkNumber(option), value, 'boolean')
  }

  #set(id: number, value: unknown, type: 'number' | 'boolean'): void {
    if (typeof value !== type) throw new TypeError(`Option value must be a ${type}`)
    const number = Math.trunc(Number(value)) || 0
    const least = id === MAX_SOCKETS ? 1 : 0
    if (!this.#options.has(id) || number < least || number > INT_MAX) throw unknown(id, value)
    if (id !== SOCKET_LIMIT) this.#options.set(id, isFlag(id) ? Math.min(number, 1) : number)
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
      if (this.#sockets >= this.maxSockets) {
        const reason = `${String(this.#sockets)} sockets are open, as many as context.maxSockets allows`
        throw new ZmqError('EMFILE', { reason })
      }
      this.#sockets++
    },
    closed: () => {
      this.#sockets--
    },
    use: (end) => this.#keepAlive.use(end),
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
  /** What waits on a new socket. @param end closes it when nobody and nothing has a use for it. */
  use(end: () => void): Use
  warn(message: string): void
  /** Adds to `tcpAcceptFilter`; null clears it. @throws ZmqError `EINVAL`. */
  addFilter(list: string | null, range: string | null): string | null
}

/** @throws TypeError in the reference's words. @internal */
export function checkNumber(id: unknown): number {
  if (typeof id === 'number') return Math.trunc(id)
  throw new TypeError('Identifier must be a number')
}

function unknown(id: number, value?: unknown): ZmqError {
  const reason = `no context has option ${String(id)} as ${String(value)}`
  return new ZmqError('EINVAL', { reason })
}

/**
 * The context of sockets that are given none. In Node its `inproc://` names are those of all threads
 * of the process, as they are in the reference; in a browser they are those of a page or a worker,
 * unless `zerowire/workers` joins them.
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
  curve: true,
  gssapi: false,
  draft: true,
}

/** The libzmq whose behaviour this library has, for programs that compare versions. */
export const version = '4.3.5'
