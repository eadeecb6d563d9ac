import * as jszmq from 'jszmq'
import type { SocketName } from '../implementations.js'
import { WakeUp } from '../wake-up.js'
import type { FarSocket, FarSpec } from './far.js'
import { noEvents, serve, type WebServer } from './web-server.js'

type Base = ReturnType<typeof jszmq.socket>

const classes: Readonly<Partial<Record<SocketName, new () => Base>>> = {
  Push: jszmq.Push,
  Pull: jszmq.Pull,
  Publisher: jszmq.Pub,
  Subscriber: jszmq.Sub,
  Request: jszmq.Req,
  Reply: jszmq.Rep,
  Dealer: jszmq.Dealer,
  Router: jszmq.Router,
  Pair: jszmq.Pair,
  XPublisher: jszmq.XPub,
  XSubscriber: jszmq.XSub,
}

/** A socket of jszmq with the methods of the others. */
export class JszmqSocket implements FarSocket {
  linger = 0
  lastEndpoint: string | null = null
  readonly events = noEvents
  readonly #socket: Base
  readonly #inbox: Uint8Array[][] = []
  readonly #news = new WakeUp()
  #server: WebServer | undefined

  constructor({ type }: FarSpec) {
    const constructor = classes[type as SocketName]
    if (constructor === undefined) throw new Error(`jszmq has no ${type}`)
    this.#socket = new constructor()
    this.#socket.on('message', (...parts: Uint8Array[]) => {
      this.#inbox.push(parts)
      this.#news.notify()
    })
  }

  async bind(address: string): Promise<void> {
    this.#server = await serve(address)
    const { endpoint, server } = this.#server
    this.lastEndpoint = endpoint
    this.#socket.bind(endpoint, server)
  }

  connect(address: string): void {
    this.#socket.connect(address)
    this.lastEndpoint = address
  }

  send(message: Uint8Array[]): Promise<void> {
    this.#socket.send(message.map((part) => Buffer.from(part)))
    return Promise.resolve()
  }

  receive(): Promise<Uint8Array[]> {
    return this.#news.until(() => this.#inbox.shift())
  }

  subscribe(...topics: string[]): void {
    for (const topic of topics) this.#socket.subscribe(topic)
  }

  unsubscribe(...topics: string[]): void {
    for (const topic of topics) this.#socket.unsubscribe(topic)
  }

  close(): void {
    this.#news.end(new Error('the socket was closed'))
    this.#socket.close()
    this.#server?.close()
  }
}
