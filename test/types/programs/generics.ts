// Types derived from those of the library.
import * as zmq from 'zeromq'
import type { Message, MessageLike, Readable, SocketOptions, Writable } from 'zeromq'

export type Sender = zmq.Push | zmq.Publisher | zmq.Dealer | zmq.Pair
export type Receiver = zmq.Pull | zmq.Subscriber | zmq.Dealer | zmq.Pair
export type PushOptions = ConstructorParameters<typeof zmq.Push>[0]
export type Sent = Parameters<zmq.Push['send']>[0]
export type Received = Awaited<ReturnType<zmq.Pull['receive']>>
export type KeyPair = ReturnType<typeof zmq.curveKeyPair>
export type Name = keyof SocketOptions<zmq.Router>
type Types = typeof zmq
export type AnyConstructor = Types['Push'] | Types['Pull']

export async function say(socket: Writable, text: string): Promise<void> {
  socket.sendTimeout = 100
  await socket.send(text)
  await socket.send([text, text])
}

export async function hear(socket: Readable): Promise<string> {
  const [part] = await socket.receive()
  for await (const [next] of socket) return next.toString()
  return part.toString()
}

export async function relay<I extends Readable, O extends Writable>(from: I, to: O): Promise<void> {
  for await (const message of from) await to.send(message)
}

export async function relayAny<M extends Message[]>(
  from: Readable<M>,
  to: Writable<MessageLike[]>,
): Promise<void> {
  for await (const message of from) await to.send(message)
}

export const duplex = (socket: zmq.Socket & Readable & Writable): Promise<void> =>
  relay(socket, socket)

export async function use(sender: Sender, receiver: Receiver): Promise<void> {
  await sender.send('x')
  const [part] = await receiver.receive()
  await say(sender, part.toString())
  console.log(await hear(receiver))
  await duplex(new zmq.Dealer())
  await duplex(new zmq.Router())
  await relay(new zmq.XSubscriber(), new zmq.XPublisher())
  await relayAny(new zmq.Stream(), new zmq.Router())
  const streams: Writable<[MessageLike, MessageLike]> = new zmq.Stream()
  await streams.send([part, 'y'])
  const both: Readable<[Message, Message]> = new zmq.Stream()
  const [id, data] = await both.receive()
  console.log(id.length + data.length)
}

export function open<S extends zmq.Socket>(
  type: new (options?: SocketOptions<S>) => S,
  options?: SocketOptions<S>,
): S {
  return new type(options)
}

export const opened: zmq.Router = open<zmq.Router>(zmq.Router, { mandatory: true, linger: 0 })
export const opened2: zmq.Push = open<zmq.Push>(zmq.Push)

export interface ServerOptions extends SocketOptions<zmq.Reply> {
  endpoint: string
}

export async function serve({ endpoint, ...options }: ServerOptions): Promise<zmq.Reply> {
  const reply = new zmq.Reply(options)
  await reply.bind(endpoint)
  return reply
}

export async function withSocket<S extends zmq.Socket, R>(
  socket: S,
  work: (socket: S) => Promise<R>,
): Promise<R> {
  try {
    return await work(socket)
  } finally {
    if (!socket.closed) socket.close()
  }
}

export async function close(...sockets: zmq.Socket[]): Promise<void> {
  for (const socket of sockets) socket.close()
  const all = new Set<zmq.Socket>(sockets)
  const last: zmq.Socket | undefined = [...all].pop()
  const byType: Record<string, new () => zmq.Socket> = { push: zmq.Push, pull: zmq.Pull }
  const made = new byType['push']()
  console.log(last instanceof zmq.Push ? last.sendTimeout : made.type)
  await withSocket(new zmq.Request(), async (request) => request.receive())
  const settings: Partial<Pick<zmq.Router, 'mandatory' | 'handover'>> = { mandatory: true }
  Object.assign(new zmq.Router(), settings)
}

/** A stand-in as tests have it. */
export class Fake implements Writable {
  multicastHops = 1
  sendBufferSize = -1
  sendHighWaterMark = 1000
  sendTimeout = -1
  readonly sent: (MessageLike | MessageLike[])[] = []

  async send(message: MessageLike | MessageLike[]): Promise<void> {
    this.sent.push(message)
  }
}

export const faked: Promise<void> = say(new Fake(), 'x')
