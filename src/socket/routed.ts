import { ZmqError } from '../errors.js'
import type { Parts } from '../message.js'
import type { Pipe } from '../routing/pipe.js'
import { RoutingTable } from '../routing/routing-table.js'
import { asFrame, EMPTY } from '../util/bytes.js'
import { FairPattern } from './fair-pattern.js'
import { toTopic } from './topic.js'
import { core, type Socket } from './socket.js'

/** What ROUTER and STREAM have in common: the first part of each message names the peer. */
export abstract class RoutedPattern extends FairPattern {
  protected readonly routes: RoutingTable = new RoutingTable()
  /** Names of peers that have left, for their messages that are still unread. */
  protected readonly departed: WeakMap<Pipe, Uint8Array> = new WeakMap<Pipe, Uint8Array>()

  attach(pipe: Pipe): void {
    if (pipe.peerId === undefined) return
    if (this.routes.find(pipe.peerId) !== undefined) throw inUse(pipe.peerId)
    this.routes.set(pipe, asFrame(pipe.peerId))
  }

  detach(pipe: Pipe): void {
    const id = this.routes.idOf(pipe)
    if (id !== undefined) this.departed.set(pipe, id)
    this.routes.delete(pipe)
  }

  override receive(): Parts | undefined {
    const message = this.in.next()
    const pipe = this.in.source
    if (message === undefined || pipe === undefined) return undefined
    message.unshift(this.routes.idOf(pipe) ?? this.departed.get(pipe) ?? EMPTY)
    return message
  }

  override get canSend(): boolean {
    return true
  }
}

/** Connects to a peer, which may be given its name here. */
export function connectAs(
  socket: Socket,
  address: string,
  { routingId }: { routingId?: string },
): void {
  core(socket).connect(address, routingId ? toTopic(routingId) : undefined)
}

export function unreachable(id: Uint8Array): ZmqError {
  return new ZmqError('EHOSTUNREACH', { reason: `no peer has the routing id ${quote(id)}` })
}

export function inUse(id: Uint8Array): ZmqError {
  return new ZmqError('EINVAL', { reason: `the routing id ${quote(id)} is in use by another peer` })
}

export function quote(id: Uint8Array): string {
  const readable = id.every((byte) => byte >= 32 && byte < 127)
  if (readable) return JSON.stringify(String.fromCharCode(...id))
  return `0x${Array.from(id, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
