import { ZmqError } from '../errors.js'
import { defineType } from './define-type.js'
import { draftType } from './draft-types.js'
import { addressOf, NumberedPattern } from './numbered-pattern.js'
import { NumberedSocket } from './numbered-socket.js'
import { core, type SocketOptions } from './socket.js'

const PEER = defineType(draftType('PEER'), (host) => new NumberedPattern(host))

/**
 * Talks to other Peers as equals (RFC 51): any of them may connect or be connected to, and speak
 * first. As with {@link Server}, peers have numbers: `connectPeer()` tells that of the one it connects
 * to, a message that of the one who sent it.
 */
export class Peer extends NumberedSocket {
  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Peer>) {
    super(PEER, options)
  }

  /**
   * As `connect()`, and tells the number of the peer: libzmq's `zmq_connect_peer()`.
   * Messages can be sent to it at once; the number stays the same through reconnects.
   *
   * @throws ZmqError also `EFAULT` with `immediate`, with which there is nobody before there is a connection.
   */
  connectPeer(address: string): number {
    if (this.immediate) {
      const message = 'Bad address'
      const reason = 'with the option immediate there is no peer before it is connected'
      throw new ZmqError('EFAULT', { message, address, reason })
    }
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- as defined above
    const { peers } = core(this).pattern as NumberedPattern
    const id = peers.newId()
    core(this).connect(address, addressOf(id))
    return id
  }
}
