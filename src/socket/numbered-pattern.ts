import { ZmqError } from '../errors.js'
import type { Parts } from '../message.js'
import { NumberTable } from '../routing/number-table.js'
import type { Pipe } from '../routing/pipe.js'
import { copyOf } from '../util/bytes.js'
import { FairPattern, MOST_NOTICES } from './fair-pattern.js'
import { annotated, goesOn, isSingle, split } from './single-part.js'

const MOST = 0xffff_ffff

/** What SERVER and PEER have in common: peers by numbers of ours. */
export class NumberedPattern extends FairPattern {
  override readonly judges = true
  readonly peers: NumberTable = new NumberTable()

  attach(pipe: Pipe): void {
    const { peerId } = pipe
    this.peers.add(pipe, peerId === undefined ? this.peers.newId() : numberOf(peerId))
  }

  detach(pipe: Pipe): void {
    this.peers.delete(pipe)
  }

  override opened(pipe: Pipe): undefined {
    this.greet(pipe)
  }

  override lost(pipe: Pipe): void {
    const { disconnectMessage } = this.host.options
    if (disconnectMessage !== null) pipe.announce(copyOf(disconnectMessage), MOST_NOTICES)
  }

  override intake(_pipe: Pipe, message: Parts): boolean {
    return isSingle(this.host, message)
  }

  override send(parts: Parts): boolean {
    const [address, body] = split(parts)
    const id = numberOf(address)
    const pipe = this.peers.find(id)
    if (pipe !== undefined) return pipe.write([body])
    const reason = `no peer has the routing id ${String(id)}`
    throw new ZmqError('EHOSTUNREACH', { reason })
  }

  override receive(): Parts | undefined {
    const [body] = this.in.next() ?? []
    const pipe = this.in.source
    if (body === undefined || pipe === undefined) return undefined
    const routingId = this.peers.idOf(pipe)
    return goesOn(this.host) ? [addressOf(routingId), body] : annotated(body, { routingId })
  }

  override get canSend(): boolean {
    return true
  }
}

/**
 * A routing id as callers give it, for `NumberedPattern.send()`.
 * @throws TypeError, ZmqError `EINVAL`
 */
export function toAddress(options: unknown): Uint8Array {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('Options must be an object')
  }
  const { routingId } = options as { routingId?: unknown }
  if (routingId !== undefined && typeof routingId !== 'number') {
    throw new TypeError('A number was expected')
  }
  if (routingId !== undefined && Number.isInteger(routingId)) {
    if (routingId > 0 && routingId <= MOST) return addressOf(routingId)
  }
  const reason = `routingId is a whole number from 1 to ${String(MOST)}, not ${String(routingId)}`
  throw new ZmqError('EINVAL', { reason })
}

export function addressOf(id: number): Uint8Array {
  return Uint8Array.of(id >>> 24, id >>> 16, id >>> 8, id)
}

function numberOf([a = 0, b = 0, c = 0, d = 0]: Uint8Array): number {
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
}
