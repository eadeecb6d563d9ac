import type { RemoteInfo, Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { HostPort } from '../endpoint.js'
import { fromSystemError, ZmqError } from '../errors.js'
import type { DropReason, PeerInfo } from '../events.js'
import type { Parts } from '../message.js'
import type { Flow } from '../session/flow.js'
import { nextConnection, NOTHING_SAID, type Session, type Traffic } from '../session/session.js'
import { deferred } from '../util/deferred.js'
import type { DatagramFormat, Outgoing } from './udp-format.js'

/** Deno has no such count. */
interface SendQueue {
  getSendQueueCount?(): number
}

/**
 * Datagrams of a UDP socket as if they were a conversation: it begins at once, with nobody in
 * particular, and says nothing of itself. What the system does not take waits in the queue.
 */
export class UdpSession implements Session {
  readonly peer: PeerInfo
  readonly connection: number = nextConnection()
  readonly flow: Flow = { sent: 0, bytesSent: 0, bytesReceived: 0 }
  readonly #socket: Socket
  readonly #format: DatagramFormat
  readonly #closed = deferred<undefined>()
  #traffic: Traffic | undefined
  #target: HostPort | undefined
  #state: 'opening' | 'open' | 'leaving' | 'closed' = 'opening'
  /** The system has not taken the last datagram yet. */
  #stalled = false
  /** Datagrams of which nothing has been heard yet: taken by the system or not. */
  #unheard = 0
  #error: Error | undefined

  /** @param address what to call whoever is at the other end. */
  constructor(socket: Socket, format: DatagramFormat, address: string) {
    this.#socket = socket
    this.#format = format
    this.peer = { ...NOTHING_SAID, address, protocol: 'UDP' }
    socket.on('message', (datagram, from) => {
      this.#receive(datagram, from)
    })
    socket.on('error', (error) => {
      this.destroy(fromSystemError(error, address))
    })
  }

  /** Datagrams may leave: to the target where messages name none. */
  open(target?: HostPort): void {
    if (this.#state !== 'opening') return
    this.#target = target
    this.#state = 'open'
    this.flush()
  }

  get closed(): boolean {
    return this.#state === 'closed'
  }

  /** Why it has ended, if it was not in good order. */
  get error(): Error | undefined {
    return this.#error
  }

  start(traffic: Traffic): void {
    if (this.#state === 'closed') {
      traffic.ended(this.#error)
      return
    }
    this.#traffic = traffic
    this.flush()
  }

  // --- out

  get unwritten(): number {
    return this.#state === 'closed' ? 0 : this.#waiting()
  }

  /** Datagrams that the system has not taken; where nobody knows, all it might not have. */
  #waiting(): number {
    return (this.#socket as SendQueue).getSendQueueCount?.() ?? this.#unheard
  }

  send(message: Parts): boolean {
    // What cannot be sent at all is the caller's to know, also when it would have to wait.
    const outgoing = this.#format.encode(message)
    if (this.#state !== 'open' || this.#stalled) return false
    this.#transmit(outgoing)
    return true
  }

  wake(): void {
    this.flush()
  }

  flush(): void {
    const traffic = this.#traffic
    if (traffic === undefined) return
    while (this.#state === 'open' && !this.#stalled) {
      const message = traffic.pull()
      if (message === undefined) break
      try {
        this.#transmit(this.#format.encode(message))
      } catch (error) {
        // It was queued before it could be judged.
        traffic.discarded(reasonOf(error))
      }
    }
    traffic.drained()
  }

  /** Datagrams are for whoever wants them. */
  subscribe(): void {
    // There is nobody to tell.
  }

  #transmit({ chunks, to = this.#target }: Outgoing): void {
    if (to === undefined) throw new ZmqError('EHOSTUNREACH')
    // A socket of IPv6 reaches IPv4 by addresses of its own.
    const mapped = this.#socket.address().family === 'IPv6' && !isIPv6(to.host)
    const host = mapped ? `::ffff:${to.host}` : to.host
    this.#unheard++
    this.#socket.send(chunks, to.port, host, this.#sent)
    for (const { length } of chunks) this.flow.bytesSent += length
    this.#stalled = this.#waiting() > 0
    if (!this.#stalled) this.flow.sent++
  }

  readonly #sent = (error: Error | null): void => {
    this.#unheard--
    if (error !== null) this.#traffic?.discarded(reasonOf(error))
    const late = this.#stalled && this.#state !== 'closed' && this.unwritten === 0
    // Datagrams that the system took at once were counted at once, however they fared.
    this.flow.sent += Number(late) - Number(error !== null)
    if (!late) return
    this.#stalled = false
    if (this.#state === 'leaving') this.destroy()
    else this.flush()
  }

  // --- in

  #receive(datagram: Uint8Array, from: RemoteInfo): void {
    const traffic = this.#traffic
    this.flow.bytesReceived += datagram.length
    const message = this.#format.decode(datagram, from)
    try {
      if (message === undefined) traffic?.discarded('unexpected')
      else traffic?.deliver(message)
    } catch {
      // Nobody in particular sent it, so nobody loses a connection.
      traffic?.discarded('unexpected')
    }
  }

  resume(): void {
    // Datagrams do not wait: what finds no room has been dropped.
  }

  // --- the end

  close(): Promise<unknown> {
    if (this.#stalled && this.#state === 'open') this.#state = 'leaving'
    else this.destroy()
    return this.#closed.promise
  }

  destroy(error?: Error): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#error = error
    this.#socket.close()
    this.#closed.resolve(undefined)
    this.#traffic?.ended(error)
  }
}

function reasonOf(error: unknown): DropReason {
  const { code } = error as { code?: unknown }
  if (code === 'EMSGSIZE') return 'oversize'
  return code === 'EINVAL' ? 'unroutable' : 'disconnected'
}
