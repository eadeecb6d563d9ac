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
  readonly local: LocalEnd
  readonly result: Deferred<Session>
}

interface Bound {
  readonly local: LocalEnd
  readonly accept: Accept
}

/**
 * `inproc://name`: sockets of one context, messages by reference, no wire format. The names belong
 * to one context; a connect may come before its bind.
 */
export class InprocTransport implements Transport {
  readonly scheme = 'inproc'
  readonly observable = false
  readonly #bound = new Map<string, Bound>()
  readonly #waiting = new Map<string, Set<Pending>>()

  check({ address, text }: Endpoint): void {
    if (address.length <= LONGEST_NAME) return
    throw new ZmqError('EINVAL', {
      address: text,
      reason: `a name has at most ${String(LONGEST_NAME)} characters`,
    })
  }

  connect(endpoint: Endpoint, local: LocalEnd, signal: AbortSignal): Promise<Session> | Session {
    const name = endpoint.address
    const bound = this.#bound.get(name)
    return bound === undefined ? this.#wait(name, local, signal) : join(name, local, bound)
  }

  async #wait(name: string, local: LocalEnd, signal: AbortSignal): Promise<Session> {
    signal.throwIfAborted()
    const pending: Pending = { local, result: deferred<Session>() }
    const waiting = this.#waiting.get(name) ?? new Set()
    this.#waiting.set(name, waiting.add(pending))
    const leave = (): void => {
      waiting.delete(pending)
      if (waiting.size === 0 && this.#waiting.get(name) === waiting) this.#waiting.delete(name)
      pending.result.reject(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    try {
      return await pending.result.promise
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  listen(endpoint: Endpoint, local: LocalEnd, accept: Accept): Listener {
    this.check(endpoint)
    const { address: name, text } = endpoint
    if (this.#bound.has(name)) throw new ZmqError('EADDRINUSE', { address: text })
    const bound = { local, accept }
    this.#bound.set(name, bound)
    const waiting = this.#waiting.get(name) ?? []
    this.#waiting.delete(name)
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
        if (this.#bound.get(name) === bound) this.#bound.delete(name)
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
