import { IpcTransport } from '../node/ipc.js'
export { generateKeyPair } from '../node/key-pair.js'
import '../node/system-options.js'
import { TcpTransport } from '../node/tcp.js'
import { LazyWebSocketTransport } from '../node/lazy-websocket.js'
import { UdpTransport } from '../node/udp.js'
export { addFilter } from '../node/tcp-options.js'
import { Threads } from '../node/threads.js'
import type { Meet } from '../transport/inproc.js'
import type { Transport } from '../transport/transport.js'
import type { KeepAlive } from '../util/keep-alive.js'

export const hasIpc: boolean = process.platform !== 'win32'

/** The transports of this platform, beside those that need none. */
export function createTransports(): Transport[] {
  return [
    new TcpTransport(),
    new IpcTransport(),
    new UdpTransport(),
    new LazyWebSocketTransport('ws'),
    new LazyWebSocketTransport('wss'),
  ]
}

/** The other threads of the process. */
export const meetThreads: Meet = (find) => new Threads(find)

/** The longest interval there is: it never fires in practice, it only is. */
const FOREVER = 0x7fffffff

/**
 * One timer that counts for the event loop while anybody waits. All else (servers, connections,
 * timers) never counts, so that an idle socket does not keep a process from ending.
 */
class TimerKeepAlive implements KeepAlive {
  #holders = 0
  #timer: NodeJS.Timeout | undefined

  acquire(): void {
    if (this.#holders++ > 0) return
    this.#timer ??= setInterval(() => undefined, FOREVER)
    this.#timer.ref()
  }

  release(): void {
    if (--this.#holders === 0) this.#timer?.unref()
  }
}

export function createKeepAlive(): KeepAlive {
  return new TimerKeepAlive()
}

export function warn(message: string): void {
  process.emitWarning(message)
}
