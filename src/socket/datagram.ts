import { ZmqError } from '../errors.js'
import type { Message, MessageLike, Parts } from '../message.js'
import type { Pipe } from '../routing/pipe.js'
import { defineType } from './define-type.js'
import { DuplexSocket } from './directions.js'
import { draftType } from './draft-types.js'
import { PairPattern } from './pair.js'
import type { SocketOptions } from './socket.js'

class DatagramPattern extends PairPattern {
  override readonly judges = true

  /** Datagrams come whether there is room or not. */
  override intake(pipe: Pipe): boolean {
    if (pipe.room > 0) return true
    pipe.discarded('full')
    return false
  }

  override send(message: Parts): boolean {
    if (message.length === 2) return super.send(message)
    const reason = `a datagram is [address, data], not ${String(message.length)} parts`
    throw new ZmqError('EINVAL', { reason })
  }
}

const DGRAM = defineType(draftType('DGRAM'), (host) => new DatagramPattern(host))

/**
 * Sends and receives UDP datagrams, to and from programs of any kind. It binds one `udp://host:port`
 * and connects to none. Each message is `[address, data]`: received, the address is the sender's as
 * `host:port` and a zero byte, as libzmq has it; sent, the zero byte may be missing. The host is an
 * IPv4 address, or an IPv6 one in brackets.
 *
 * Data is up to 65,507 bytes, longer is rejected with `EMSGSIZE` (libzmq sends and receives up to
 * 8192); an address that is none with `EINVAL`. Sending waits while the system takes no more; what
 * comes while the queue is full is dropped and counted. There is no UDP in browsers: `EPROTONOSUPPORT`.
 */
export class Datagram extends DuplexSocket<[MessageLike, MessageLike], [Message, Message]> {
  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Datagram>) {
    super(DGRAM, options)
  }
}
