import '../error-codes.js'
import '../error-help.js'
import { IpcTransport } from '../node/ipc.js'
export { generateKeyPair } from '../node/key-pair.js'
import '../node/system-options.js'
import { ProcessLife } from '../node/process-life.js'
import { TcpTransport } from '../node/tcp.js'
import { WebSocketTransport } from '../node/websocket.js'
import { UdpTransport } from '../node/udp.js'
import { Threads } from '../node/threads.js'
import type { Names } from '../transport/inproc.js'
import type { Transport } from '../transport/transport.js'
import type { KeepAlive } from '../util/keep-alive.js'

export const hasIpc: boolean = process.platform !== 'win32'

/** The transports of this platform, beside those that need none. */
export function createTransports(): Transport[] {
  return [
    new TcpTransport(),
    new IpcTransport(),
    new UdpTransport(),
    new WebSocketTransport('ws'),
    new WebSocketTransport('wss'),
  ]
}

/** The other threads of the process. */
export function meetThreads(names: Names): void {
  names.neighbours = new Threads((name) => names.bound.get(name))
}

/** @param isBlocky is what the user set `blocky` to. */
export function createKeepAlive(isBlocky: () => boolean): KeepAlive {
  return new ProcessLife(isBlocky)
}

export function warn(message: string): void {
  process.emitWarning(message)
}

export { checkServer } from '../node/websocket-server.js'
