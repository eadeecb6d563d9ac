import { ZmqError } from '../errors.js'
import type { Names } from '../transport/inproc.js'
import type { Transport } from '../transport/transport.js'
import { WebSocketTransport } from '../transport/websocket.js'
import type { KeepAlive, Use } from '../util/keep-alive.js'

export const hasIpc = false

/** The transports of this platform, beside those that need none. */
export function createTransports(): Transport[] {
  return [new WebSocketTransport('ws'), new WebSocketTransport('wss')]
}

/** Pages and their workers meet where `zerowire/workers` sees to it. */
export function meetThreads(_names: Names): void {
  // There is nobody yet.
}

/** A page lives until it is left. */
export function createKeepAlive(_isBlocky: () => boolean): KeepAlive {
  return { use: () => idle }
}

function nothing(): void {
  // A page does not end by itself.
}

const idle: Use = {
  ...{ hold: nothing, release: nothing, owe: nothing },
  ...{ settle: nothing, watch: nothing, end: nothing },
}

export function warn(message: string): void {
  console.warn(message)
}

/** What it takes is not loaded with the main entry. */
export function generateKeyPair(): never {
  throw new ZmqError('ENOTSUP', {
    reason: "in a browser, curveKeyPair() of 'zerowire/curve' does it",
  })
}

/** There is none in a page. */
export function checkServer(_server: unknown, address: string): never {
  throw new ZmqError('ENOTSUP', { address, reason: 'a browser cannot listen' })
}
