import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { WakeUp } from './wake-up.js'

/** A program that knows UDP and nothing of ZeroMQ. */
export class UdpPeer {
  readonly #socket: Socket
  readonly #received: { data: Buffer; from: RemoteInfo }[] = []
  readonly #news = new WakeUp()

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (data, from) => {
      this.#received.push({ data, from })
      this.#news.notify()
    })
    onTestFinished(() => {
      socket.close()
    })
  }

  static async open(): Promise<UdpPeer> {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return new UdpPeer(socket)
  }

  get port(): number {
    return this.#socket.address().port
  }

  /** As messages name it. */
  get address(): string {
    return `127.0.0.1:${String(this.port)}`
  }

  /** Sends to an endpoint, and settles when the system has taken it. */
  send(endpoint: string, data: Uint8Array): Promise<void> {
    const port = Number(endpoint.slice(endpoint.lastIndexOf(':') + 1))
    return new Promise((resolve, reject) => {
      this.#socket.send(data, port, '127.0.0.1', (error) => {
        if (error === null) resolve()
        else reject(error)
      })
    })
  }

  receive(): Promise<{ data: Buffer; from: RemoteInfo }> {
    return this.#news.until(() => this.#received.shift())
  }
}

/**
 * Gives `bind` a port that nobody else has, as libzmq cannot choose one itself: it shares ports, so this
 * one is held for it until it has it.
 */
export async function onFreePort<T>(bind: (port: number) => Promise<T>): Promise<T> {
  const holder = createSocket({ type: 'udp4', reuseAddr: true })
  holder.bind(0)
  await once(holder, 'listening')
  try {
    return await bind(holder.address().port)
  } finally {
    holder.close()
  }
}
