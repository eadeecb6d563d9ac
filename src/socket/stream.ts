import type { Message, MessageLike, Parts } from '../message.js'
import type { Pipe } from '../routing/pipe.js'
import { asFrame, EMPTY } from '../util/bytes.js'
import { defineType } from './define-type.js'
import { DuplexSocket } from './directions.js'
import { MOST_NOTICES } from './fair-pattern.js'
import { connectAs, RoutedPattern, unreachable } from './routed.js'
import { defineOptions, type SocketOptions } from './socket.js'

class StreamPattern extends RoutedPattern {
  override attach(pipe: Pipe): void {
    super.attach(pipe)
    if (pipe.peerId === undefined) this.routes.set(pipe, asFrame(this.routes.newId()))
  }

  override opened(pipe: Pipe): undefined {
    this.lost(pipe)
  }

  /** An empty message at both ends of a connection; none where the user has ended it. */
  override lost(pipe: Pipe): void {
    if (this.host.options.notify) pipe.announce(EMPTY, MOST_NOTICES)
  }

  override send(message: Parts): boolean {
    const [id = EMPTY, ...data] = message
    if (data.length === 0) {
      this.host.drop('unexpected')
      return true
    }
    const pipe = this.routes.find(id)?.pipe
    if (pipe === undefined) throw unreachable(id)
    if (data.some(({ length }) => length > 0)) return pipe.write(data)
    this.host.retire(pipe)
    return true
  }
}

/** What {@link Stream.connect} takes beside the address. */
export interface StreamConnectOptions {
  /**
   * The name by which this socket shall know the peer, so that data can be sent to it at once.
   * @default one of ours
   */
  routingId?: string
}

const STREAM = defineType(
  { name: 'STREAM', number: 11, peers: [], raw: true, schemes: ['tcp', 'ipc'] },
  (host) => new StreamPattern(host),
)

/**
 * Talks to programs that know nothing of ZeroMQ, over bare `tcp://` (or `ipc://`), as server, client
 * or both. Each received message is `[routing id, data]`, where data is whatever was read together;
 * each sent one is the same. Empty data is received when a connection begins and when it ends (see
 * `notify`); sent, it ends the connection after what was sent before.
 *
 * Sending waits while the peer is full, and rejects with `EHOSTUNREACH` when nobody has the routing
 * id. A peer whose queue here is full is slowed down: nothing is read from its connection.
 *
 * Browsers have no TCP: their entry has no Stream.
 */
export class Stream extends DuplexSocket<[MessageLike, MessageLike], [Message, Message]> {
  /** Deliver an empty message when a connection begins, and when it ends. @default true */
  declare notify: boolean

  static {
    defineOptions(Stream, ['notify'])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Stream>) {
    super(STREAM, options)
  }

  /**
   * As {@link Socket.connect}; the peer can be given its name here.
   * @throws ZmqError also `EINVAL` when the name is in use, `ENOCOMPATPROTO` over other than tcp and ipc.
   */
  override connect(address: string, options: StreamConnectOptions = {}): void {
    connectAs(this, address, options)
  }
}
