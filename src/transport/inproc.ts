import type { Endpoint } from '../endpoint.js'
import { ZmqError } from '../errors.js'
import type { LocalEnd } from './transport.js'
import type { Accept, Listener, Transport } from './transport.js'
import { InprocSession } from './inproc-session.js'
import type { Session } from '../session/session.js'
import { deferred, type Deferred } from '../util/deferred.js'

const LONGEST_NAME = 255

/** A connect that came before its bind. */
interface Pending {
  /** Asks the neighbours. */
  readonly seek: () => void
  readonly local: LocalEnd
  readonly result: Deferred<Session>
}

/** A socket that waits at a name. */
export interface Bound {
  readonly local: LocalEnd
  readonly accept: Accept
}

/** Other threads that have the same names. */
export interface Neighbours {
  /**
   * Settles when it is known who they are, as far as they had time to say so.
   * @param name is to be taken next: where they have to be asked, rejects with the ZmqError of `bind()`.
   */
  met(name?: string): Promise<unknown> | undefined
  /** Takes a name for this thread. @returns false when it is another's. */
  claim(name: string): boolean
  /** Gives it back. */
  release(name: string): void
  /** Whether a name is somebody else's, or may be. */
  has(name: string): boolean
  /** Whether a name is known to be somebody else's. */
  knows(name: string): boolean
  /** A session with whoever has the name elsewhere, as soon as somebody has. */
  connect(endpoint: Endpoint, local: LocalEnd, signal: AbortSignal): Promise<Session>
}

/** What neighbours need to know. */
export interface Names {
  /** What is bound here. */
  readonly bound: ReadonlyMap<string, Bound>
  /** Those who seek a name, and may need neighbours that come late. */
  readonly waiting: ReadonlyMap<string, ReadonlySet<{ readonly seek: () => void }>>
  neighbours: Neighbours | undefined
}

/**
 * `inproc://name`: sockets of one context, messages by reference, no wire format. The names belong
 * to one context; a connect may come before its bind. Only names that are not bound in this thread
 * are a matter for the neighbours, if the context has any.
 */
export class InprocTransport implements Transport, Names {
  readonly scheme = 'inproc'
  readonly observable = false
  readonly bound: Map<string, Bound> = new Map<string, Bound>()
  readonly waiting: Map<string, Set<Pending>> = new Map<string, Set<Pending>>()
  neighbours: Neighbours | undefined

  check({ address, text }: Endpoint): void {
    if (address.length <= LONGEST_NAME) return
    throw new ZmqError('EINVAL', {
      address: text,
      reason: `a name has at most ${String(LONGEST_NAME)} characters`,
    })
  }

  reaches({ address }: Endpoint): boolean {
    return this.neighbours?.has(address) === true
  }

  async isBound({ address }: Endpoint): Promise<boolean> {
    if (this.bound.has(address)) return true
    await this.neighbours?.met()
    return this.neighbours?.knows(address) === true
  }

  connect(endpoint: Endpoint, local: LocalEnd, signal: AbortSignal): Promise<Session> | Session {
    const bound = this.bound.get(endpoint.address)
    return bound === undefined
      ? this.#wait(endpoint, local, signal)
      : join(endpoint.address, local, bound)
  }

  async #wait(endpoint: Endpoint, local: LocalEnd, signal: AbortSignal): Promise<Session> {
    signal.throwIfAborted()
    const name = endpoint.address
    const result = deferred<Session>()
    const { promise, resolve, reject } = result
    const abort = new AbortController()
    const seek = (): void => {
      this.neighbours?.connect(endpoint, local, abort.signal).then((session) => {
        if (leave()) resolve(session)
        else session.destroy()
      }, reject)
    }
    const pending: Pending = { seek, local, result }
    const waiting = this.waiting.get(name) ?? new Set()
    this.waiting.set(name, waiting.add(pending))
    /** @returns whether nobody has come before. */
    const leave = (): boolean => {
      const waited = waiting.delete(pending)
      if (waiting.size === 0 && this.waiting.get(name) === waiting) this.waiting.delete(name)
      return waited
    }
    const giveUp = (): void => {
      leave()
      reject(signal.reason)
    }
    signal.addEventListener('abort', giveUp, { once: true })
    seek()
    try {
      return await promise
    } finally {
      leave()
      abort.abort(null)
      signal.removeEventListener('abort', giveUp)
    }
  }

  /** What others have may have to be asked for first. */
  async prepare(endpoint: Endpoint): Promise<Endpoint> {
    await this.neighbours?.met(endpoint.address)
    return endpoint
  }

  listen(endpoint: Endpoint, local: LocalEnd, accept: Accept): Listener {
    this.check(endpoint)
    const { address: name, text } = endpoint
    if (this.bound.has(name) || this.neighbours?.claim(name) === false) {
      throw new ZmqError('EADDRINUSE', { address: text })
    }
    const bound = { local, accept }
    this.bound.set(name, bound)
    const waiting = [...(this.waiting.get(name) ?? [])]
    this.waiting.get(name)?.clear()
    for (const { local: other, result } of waiting) {
      try {
        result.resolve(join(name, other, bound))
      } catch (error) {
        result.reject(error)
      }
    }
    return {
      endpoint: text,
      close: () => {
        if (this.bound.get(name) !== bound) return
        this.bound.delete(name)
        this.neighbours?.release(name)
      },
    }
  }
}

/** Unlike libzmq, sockets that cannot talk to each other are told so here too. */
function join(name: string, local: LocalEnd, { local: other, accept }: Bound): Session {
  const address = `inproc://${name}`
  if (!local.accepts(other.socketType) || !other.accepts(local.socketType)) {
    throw new ZmqError('ERR_ZMTP_UNSPECIFIED', {
      address,
      reason: `the peer is a "${other.socketType}" socket, which a ${local.socketType} cannot talk to`,
    })
  }
  const [here, there] = InprocSession.pair(address, local, other)
  accept(there)
  return here
}
