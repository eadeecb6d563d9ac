import {
  checkServer,
  createKeepAlive,
  createTransports,
  hasIpc,
  meetThreads,
  warn,
} from '#platform'
import { parseEndpoint, type Endpoint } from './endpoint.js'
import { ZmqError } from './errors.js'
import { flag, initialOf, INT_MAX, integer, keep } from './options.js'
import { InprocTransport } from './transport/inproc.js'
import type { Transport } from './transport/transport.js'
import type { Use } from './util/keep-alive.js'

/** The options of a {@link Context}, which its constructor takes and which are its properties. */
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
  /** Accepted for compatibility, from 0 on: there are no I/O threads. Cannot be read. @default 0 */
  threadPriority?: number
  /** Accepted for compatibility, from 0 on: there are no I/O threads. Cannot be read. @default 0 */
  threadSchedulingPolicy?: number
}

/** The inner side of a context. @internal */
export let servicesOf: (context: Context) => ContextServices

/** The names of the context become those of all threads. */
let share: (context: Context) => Context

const MOST_SOCKETS = 65_535

const OPTIONS = {
  ioThreads: integer(1, 0),
  maxSockets: integer(1023, 1),
  maxMessageSize: integer(INT_MAX, 0),
  ipv6: flag(),
  blocky: flag({}, true),
  threadPriority: integer(0, 0),
  threadSchedulingPolicy: integer(0, 0),
}

/** What a context has for subclasses: libzmq's options by its numbers, where numbered-context.ts is. */
export declare abstract class Numbered {
  /** An option by libzmq's number. @throws ZmqError `EINVAL` when there is none. */
  protected getInt32Option(option: number): number
  /** An option by libzmq's number. @throws ZmqError `EINVAL` when there is none. */
  protected getBoolOption(option: number): boolean
  /** Sets an option by libzmq's number. @throws TypeError, ZmqError `EINVAL`. */
  protected setInt32Option(option: number, value: number): void
  /** Sets an option by libzmq's number. @throws TypeError, ZmqError `EINVAL`. */
  protected setBoolOption(option: number, value: boolean): void
}

const NumberedBase: typeof Numbered = Object as unknown as typeof Numbered

/**
 * What sockets share: the names of `inproc://`, the transports, and defaults. Sockets of different
 * contexts do not see each other's `inproc://` names. A context belongs to the thread that made it,
 * except for the default one. Most programs need only that.
 *
 * At its end a process waits, for as long as `linger` of each socket says, until the messages that
 * are queued have left, and says so on stderr after half a second. `process.exit()` waits for
 * nothing: what is queued then is lost, unless `close()` was awaited before.
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
  /** Accepted for compatibility: there are no I/O threads. Reading it gives undefined. */
  declare threadPriority: number
  /** Accepted for compatibility: there are no I/O threads. Reading it gives undefined. */
  declare threadSchedulingPolicy: number
  readonly #options = initialOf<Required<ContextOptions>>(OPTIONS)
  readonly #transports = new Map<string, Transport>()
  readonly #keepAlive = createKeepAlive(() => this.blocky)
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
    for (const [name, spec] of Object.entries(OPTIONS)) {
      Object.defineProperty(Context.prototype, name, {
        get(this: Context) {
          return name.startsWith('thread') ? undefined : this.#options[name as 'ipv6']
        },
        set(this: Context, value: unknown) {
          // To the reference what is no number is none at all.
          const number = Number.isNaN(value) ? 0 : value
          Object.assign(this.#options, { [name]: keep<unknown>(spec, name, number) })
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

  readonly #services: ContextServices = {
    options: this.#options,
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
    checkServer,
  }
}

/** What a context does for its sockets. */
export interface ContextServices {
  /** As they were set. */
  readonly options: Readonly<Required<ContextOptions>>
  /** @throws ZmqError `EINVAL`, `EPROTONOSUPPORT`. */
  transport(address: string): { endpoint: Endpoint; transport: Transport }
  /** Counts a new socket. @throws ZmqError `EMFILE`. */
  open(): void
  closed(): void
  /** What waits on a new socket. @param end closes it when nobody and nothing has a use for it. */
  use(end: () => void): Use
  warn(message: string): void
  /** @throws TypeError, ZmqError `EINVAL` when nothing can wait at that address on that server. */
  checkServer(server: unknown, address: string): void
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
