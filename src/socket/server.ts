import { defineType } from './define-type.js'
import { draftType } from './draft-types.js'
import { NumberedPattern } from './numbered-pattern.js'
import { NumberedSocket } from './numbered-socket.js'
import type { SocketOptions } from './socket.js'

const SERVER = defineType(draftType('SERVER'), (host) => new NumberedPattern(host))

/**
 * Answers its {@link Client} peers (RFC 41): each message comes with the number of who sent it, and
 * goes to the peer whose number is given. Numbers are the server's own: a peer keeps its number while
 * it is connected, and can neither choose nor guess it.
 */
export class Server extends NumberedSocket {
  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Server>) {
    super(SERVER, options)
  }
}
