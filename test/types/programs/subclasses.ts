// Classes of users' own, on top of those of the library.
import * as zmq from 'zeromq'
import { Dealer, Router, Socket, Subscriber } from 'zeromq'

export class Numbered extends Dealer {
  get sendHighWaterMark(): number {
    return this.getInt32Option(23)
  }

  set sendHighWaterMark(value: number) {
    this.setInt32Option(23, value)
  }

  every(): void {
    this.setBoolOption(51, this.getBoolOption(39))
    this.setUint32Option(57, this.getUint32Option(57))
    this.setInt64Option(22, this.getInt64Option(22))
    this.setUint64Option(4, this.getUint64Option(4))
    this.setStringOption(5, this.getStringOption(5))
    this.setStringOption(5, Buffer.from([1]))
    this.setStringOption(55, null)
  }
}

export class Shy extends zmq.Context {
  get sockets(): number {
    return this.getInt32Option(2)
  }

  set sockets(value: number) {
    this.setInt32Option(2, value)
    this.setBoolOption(70, !this.getBoolOption(42))
  }
}

/** A socket type by its number. */
export class Plain extends Socket {
  constructor(options?: zmq.SocketOptions<Plain>) {
    super(1, options)
  }
}

export class Service extends Router {
  readonly #timer: NodeJS.Timeout
  readonly #workers = new Map<string, Buffer>()
  readonly #address: string

  constructor(address: string, options: zmq.SocketOptions<Router> = {}) {
    super({ ...options, sendTimeout: 0 })
    this.#address = address
    this.#timer = setInterval(() => this.#workers.clear(), 1000)
  }

  async start(): Promise<void> {
    await this.bind(this.#address)
    for await (const [id, ...body] of this) {
      this.#workers.set(id.toString('hex'), id)
      await this.send([id, ...body])
    }
  }

  send(message: zmq.MessageLike | zmq.MessageLike[]): Promise<void> {
    return super.send(message)
  }

  async receive(): Promise<zmq.Message[]> {
    return (await super.receive()).slice(1)
  }

  connect(address: string, options?: zmq.RouterConnectOptions): void {
    super.connect(address, options)
  }

  async bind(address: string): Promise<void> {
    await super.bind(address)
  }

  close(): void {
    clearInterval(this.#timer)
    super.close()
  }
}

export class Topics extends Subscriber {
  subscribe(...topics: (Buffer | string)[]): void {
    super.subscribe(...topics.map((topic) => `/${topic.toString()}`))
  }
}

export class Client {
  socket: zmq.Request = new zmq.Request({ sendTimeout: 1, receiveTimeout: 2000 })
  private subscriber?: zmq.Subscriber
  protected sockets: Record<string, zmq.Socket> = {}

  async ask(question: string): Promise<string> {
    await this.socket.send(question)
    const [answer]: Buffer[] = await this.socket.receive()
    this.subscriber?.close()
    return answer.toString()
  }
}
