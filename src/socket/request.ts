import { ZmqError } from '../errors.js'
import type { Parts } from '../message.js'
import type { Pipe } from '../routing/pipe.js'
import { allocate, EMPTY, equal } from '../util/bytes.js'
import { DealerPattern } from './dealer.js'
import { defineType } from './define-type.js'
import { DuplexSocket } from './directions.js'
import { defineOptions, type SocketOptions } from './socket.js'

/*
 * A request on the wire (RFC 28), answered in kind:
 *
 *   [request id, 4 bytes, with `correlate`] [empty] body...
 */
class RequestPattern extends DealerPattern {
  /** Where the request that is not yet answered went. */
  #asked: { pipe: Pipe; id: Uint8Array | undefined } | undefined
  #lastId = Math.floor(Math.random() * 2 ** 32)

  override send(body: Parts): boolean {
    if (this.#asked !== undefined && !this.host.options.relaxed) {
      throw new ZmqError('EFSM', { reason: 'the last request has no reply yet: receive it first' })
    }
    this.#discardStale()
    const id = this.host.options.correlate ? this.#nextId() : undefined
    if (!this.out.send(id === undefined ? [EMPTY, ...body] : [id, EMPTY, ...body])) return false
    const pipe = this.out.last
    if (pipe !== undefined) this.#asked = { pipe, id }
    return true
  }

  override receive(): Parts | undefined {
    const asked = this.#asked
    if (asked === undefined) {
      throw new ZmqError('EFSM', { reason: 'there is no request to be answered: send one first' })
    }
    for (let reply = this.in.next(); reply !== undefined; reply = this.in.next()) {
      const body = this.in.source === asked.pipe ? bodyOf(reply, asked.id) : undefined
      if (body !== undefined) {
        this.#asked = undefined
        return body
      }
      this.host.drop('unexpected')
    }
    return undefined
  }

  override get canSend(): boolean {
    return super.canSend && (this.#asked === undefined || this.host.options.relaxed)
  }

  override get canReceive(): boolean {
    return this.#asked !== undefined && super.canReceive
  }

  /** Whatever came after the last reply answers nothing. */
  #discardStale(): void {
    while (this.in.next() !== undefined) this.host.drop('unexpected')
  }

  #nextId(): Uint8Array {
    this.#lastId = (this.#lastId + 1) >>> 0
    const id = allocate(4)
    new DataView(id.buffer, id.byteOffset).setUint32(0, this.#lastId)
    return id
  }
}

/** What is behind the envelope; undefined when this is no reply to the request. */
function bodyOf(reply: Parts, id: Uint8Array | undefined): Parts | undefined {
  const delimiter = id === undefined ? 0 : 1
  if (reply.length <= delimiter + 1 || reply[delimiter]?.length !== 0) return undefined
  if (id !== undefined && !equal(reply[0] ?? EMPTY, id)) return undefined
  return reply.slice(delimiter + 1)
}

const REQ = defineType('REQ', (host) => new RequestPattern(host))

/**
 * Asks a {@link Reply} or {@link Router}: one request, then its reply, in strict turn (RFC 28); out
 * of turn is `EFSM`. Requests go to the peers in turn. It never asks again by itself: set `relaxed`
 * and `correlate` to be able to ask anew when no reply comes.
 */
export class Request extends DuplexSocket {
  /** The name by which a ROUTER knows this socket, 1 to 255 bytes; null leaves it to the peer. @default null */
  declare routingId: string | null
  /** Send an empty message on each new connection. @default false */
  declare probeRouter: boolean
  /** Number the requests, and accept only the reply to the last. @default false */
  declare correlate: boolean
  /** Allow another request before the last is answered; use it with `correlate`. @default false */
  declare relaxed: boolean

  static {
    defineOptions(Request, ['routingId', 'probeRouter', 'correlate', 'relaxed'])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Request>) {
    super(REQ, options)
  }
}
