import { NumberTable } from '../routing/number-table.js'
import { draftType } from './draft-types.js'
import { NumberedPattern } from './numbered-pattern.js'
import { NumberedSocket } from './numbered-socket.js'
import type { SocketOptions } from './socket.js'

/**
 * Answers its {@link Client} peers (RFC 41): each message comes with the number of who sent it, and
 * goes to the peer whose number is given. Numbers are the server's own: a peer keeps its number while
 * it is connected, and can neither choose nor guess it.
 */
export class Server extends NumberedSocket {
  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Server>) {
    super(draftType('SERVER'), options, (host) => new NumberedPattern(host, new NumberTable()))
  }
}
