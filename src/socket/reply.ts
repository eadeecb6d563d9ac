import { ZmqError } from '../errors.js'
import type { Parts } from '../message.js'
import type { Pipe } from '../routing/pipe.js'
import { defineType } from './define-type.js'
import { DuplexSocket } from './directions.js'
import { FairPattern } from './fair-pattern.js'
import { defineOptions, type SocketOptions } from './socket.js'

class ReplyPattern extends FairPattern {
  /** Who waits for a reply, and the envelope that leads back: ids up to and with the empty part. */
  #asker: { pipe: Pipe; envelope: Parts } | undefined

  attach(): void {
    // Nothing is sent before something came.
  }

  detach(): void {
    // The asker may be gone when we reply; that is found out then.
  }

  override receive(): Parts | undefined {
    if (this.#asker !== undefined) {
      throw new ZmqError('EFSM', { reason: 'the last request has no reply yet: send it first' })
    }
    for (let request = this.in.next(); request !== undefined; request = this.in.next()) {
      const pipe = this.in.source
      const delimiter = request.findIndex((part) => part.length === 0)
      if (delimiter >= 0 && delimiter < request.length - 1 && pipe !== undefined) {
        this.#asker = { pipe, envelope: request.slice(0, delimiter + 1) }
        return request.slice(delimiter + 1)
      }
      this.host.drop('unexpected')
    }
    return undefined
  }

  override send(body: Parts): boolean {
    if (this.#asker === undefined) {
      throw new ZmqError('EFSM', { reason: 'there is no request to reply to: receive one first' })
    }
    const { pipe, envelope } = this.#asker
    this.#asker = undefined
    if (!pipe.write([...envelope, ...body])) pipe.discarded(pipe.closed ? 'unroutable' : 'full')
    return true
  }

  override get canSend(): boolean {
    return this.#asker !== undefined
  }

  override get canReceive(): boolean {
    return this.#asker === undefined && !this.in.isEmpty
  }
}

const REP = defineType('REP', (host) => new ReplyPattern(host))

/**
 * Answers {@link Request} and {@link Dealer} peers: one request, then its reply, in strict turn
 * (RFC 28); out of turn is `EFSM`. It never waits to send: a reply to somebody who has left is
 * counted as dropped.
 */
export class Reply extends DuplexSocket {
  /** Accepted for compatibility: no peer has a use for it. @default null */
  declare routingId: string | null

  static {
    defineOptions(Reply, ['routingId'])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Reply>) {
    super(REP, options)
  }
}
