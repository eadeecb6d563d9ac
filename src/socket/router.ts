import { ZmqError } from '../errors.js'
import type { Parts } from '../message.js'
import type { Pipe } from '../routing/pipe.js'
import { asFrame, copyOf, EMPTY } from '../util/bytes.js'
import { defineType } from './define-type.js'
import { DuplexSocket } from './directions.js'
import { MOST_NOTICES } from './fair-pattern.js'
import { connectAs, inUse, quote, RoutedPattern, unreachable } from './routed.js'
import { defineOptions, type SocketOptions } from './socket.js'

/** The bits of `routerNotify`. */
const NOTIFY = { connect: 1, disconnect: 2 } as const

class RouterPattern extends RoutedPattern {
  override opened(pipe: Pipe): ZmqError | undefined {
    const refusal = pipe.peerId === undefined ? this.#name(pipe) : undefined
    if (refusal !== undefined) return refusal
    const { probeRouter, routerNotify } = this.host.options
    if (probeRouter) pipe.write([EMPTY])
    this.greet(pipe)
    if ((routerNotify & NOTIFY.connect) !== 0) pipe.announce(EMPTY, MOST_NOTICES)
    return undefined
  }

  override lost(pipe: Pipe): void {
    const { routerNotify, disconnectMessage } = this.host.options
    if (disconnectMessage !== null) pipe.announce(copyOf(disconnectMessage), MOST_NOTICES)
    if ((routerNotify & NOTIFY.disconnect) !== 0) pipe.announce(EMPTY, MOST_NOTICES)
  }

  override send(message: Parts): boolean {
    const [id = EMPTY] = message
    const route = this.routes.find(id)
    if (route === undefined) {
      if (this.host.options.mandatory) throw unreachable(id)
      this.host.drop('unroutable')
      return true
    }
    if (message.length === 1) {
      route.pipe.discarded('unexpected')
      return true
    }
    if (route.pipe.write(message.slice(1))) return true
    if (this.host.options.mandatory) return false
    route.pipe.discarded('full')
    return true
  }

  /** Gives the peer the name it chose, or one of ours. */
  #name(pipe: Pipe): ZmqError | undefined {
    const chosen = pipe.peer?.routingId ?? EMPTY
    if (chosen.length === 0) {
      if (this.routes.idOf(pipe) === undefined) this.routes.set(pipe, asFrame(this.routes.newId()))
      return undefined
    }
    const other = this.routes.find(chosen)?.pipe
    if (other !== undefined && other !== pipe) {
      // A name that we have given to a peer is not for others to take.
      if (!this.host.options.handover || other.peerId !== undefined) return inUse(chosen)
      const reason = `another peer has taken over the routing id ${quote(chosen)}`
      this.departed.set(other, chosen)
      other.session?.destroy(new ZmqError('EADDRINUSE', { reason }))
    }
    this.routes.set(pipe, asFrame(chosen))
    return undefined
  }
}

/** What {@link Router.connect} takes beside the address. */
export interface RouterConnectOptions {
  /**
   * The name by which this socket shall know the peer, so that messages can be sent to it at once.
   * @default the one that the peer chooses, else one of ours
   */
  routingId?: string
}

const ROUTER = defineType('ROUTER', (host) => new RouterPattern(host))

/**
 * Talks to many peers by name (RFC 28): each received message begins with the routing id of its
 * sender, each sent one with that of its receiver, which is taken off. What has no route is dropped
 * and counted, or rejected with `EHOSTUNREACH` when `mandatory`.
 */
export class Router extends DuplexSocket {
  /** The name by which a ROUTER knows this socket, 1 to 255 bytes; null leaves it to the peer. @default null */
  declare routingId: string | null
  /** Reject messages that have no route (`EHOSTUNREACH`), and wait for peers that are full. @default false */
  declare mandatory: boolean
  /** Send an empty message on each new connection. @default false */
  declare probeRouter: boolean
  /** A new peer takes over the routing id of an older one, which is disconnected. @default false */
  declare handover: boolean
  /**
   * Tell when peers come and go, by receiving their routing id and an empty part: 1 when they have
   * connected, 2 when they have gone, 3 both (libzmq's ZMQ_ROUTER_NOTIFY). @default 0
   */
  declare routerNotify: number
  /** Sent first to each new peer. @default null */
  declare helloMessage: string | null
  /** Received, as if from the peer, when a peer has gone. @default null */
  declare disconnectMessage: string | null

  static {
    defineOptions(Router, [
      ...(['routingId', 'mandatory', 'probeRouter', 'handover'] as const),
      ...(['routerNotify', 'helloMessage', 'disconnectMessage'] as const),
    ])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Router>) {
    super(ROUTER, options)
  }

  /**
   * As {@link Socket.connect}; the peer can be given its name here.
   * @throws ZmqError also `EINVAL` when the name is in use.
   */
  override connect(address: string, options: RouterConnectOptions = {}): void {
    connectAs(this, address, options)
  }
}
