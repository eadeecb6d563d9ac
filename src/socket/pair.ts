import { ZmqError } from '../errors.js'
import type { Parts } from '../message.js'
import type { Pipe } from '../routing/pipe.js'
import { defineType } from './define-type.js'
import { DuplexSocket } from './directions.js'
import { FairPattern } from './fair-pattern.js'
import type { SocketOptions } from './socket.js'

/** Also what lies beneath CHANNEL. */
export class PairPattern extends FairPattern {
  #peer: Pipe | undefined

  attach(pipe: Pipe): void {
    if (this.#peer !== undefined) {
      throw new ZmqError('EBUSY', { reason: 'this socket talks to one peer, and it has one' })
    }
    this.#peer = pipe
  }

  detach(pipe: Pipe): void {
    if (this.#peer === pipe) this.#peer = undefined
  }

  override send(message: Parts): boolean {
    return this.#peer?.write(message) ?? false
  }

  override get canSend(): boolean {
    return this.#peer?.expectRoom() ?? false
  }
}

const PAIR = defineType('PAIR', (host) => new PairPattern(host))

/**
 * Talks to exactly one other Pair (RFC 31), and waits when it is full or not there. A second peer is
 * turned away and may come back when the first has left.
 */
export class Pair extends DuplexSocket {
  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Pair>) {
    super(PAIR, options)
  }
}
