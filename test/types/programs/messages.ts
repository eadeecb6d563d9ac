// What programs do with messages: Buffers coming in, almost anything going out.
import * as zmq from 'zeromq'
import type { Message, MessageLike } from 'zeromq'

const wantsBuffer = (data: Buffer): string => data.toString('base64')
const wantsBytes = (data: Uint8Array): number => data.byteLength

export async function receive(socket: zmq.Dealer): Promise<Buffer> {
  const [first, second] = await socket.receive()
  const parts: Buffer[] = await socket.receive()
  const messages: zmq.Message[] = parts
  const number = first.readUInt32BE(0) + second.readInt16LE(4)
  const text: string = first.toString('hex') + second.toString() + `${first}`
  const value: unknown = JSON.parse(first.toString('utf8'))
  if (first.equals(second) && Buffer.compare(first, second) === 0) wantsBuffer(first)
  if (!Buffer.isBuffer(first) || first.length === 0) wantsBytes(first)
  const [head, ...rest] = messages
  const tail: Buffer = Buffer.concat(
    rest,
    rest.reduce((size, part) => size + part.length, 0),
  )
  const map = new Map<string, Message>([[text, head]])
  console.log(number, value, map.get('x')?.slice(1, 2), tail.subarray(2).readDoubleBE(0))
  return Buffer.concat(parts)
}

export async function iterate(socket: zmq.Router): Promise<void> {
  for await (const [id, delimiter, ...body] of socket) {
    await socket.send([id, delimiter, ...body.map((part) => part.toString().toUpperCase())])
    await socket.send([id, delimiter, JSON.stringify({ at: Date.now() })])
  }
  for await (const message of socket) {
    const all: Message[] = message
    console.log(all.map(wantsBuffer), Number.parseInt(message[0].toString(), 10))
  }
  const iterator = socket[Symbol.asyncIterator]()
  const { done, value } = await iterator.next()
  if (!done) console.log(value[0].readUInt8(0))
}

export async function send(socket: zmq.Push, shared: SharedArrayBuffer): Promise<void> {
  const bytes = new Uint8Array(4)
  await socket.send('text')
  await socket.send(42)
  await socket.send(null)
  await socket.send(Buffer.alloc(3))
  await socket.send(bytes)
  await socket.send(bytes.buffer)
  await socket.send(new DataView(bytes.buffer))
  await socket.send(new Float64Array(3))
  await socket.send(shared)
  await socket.send(['a', 1, null, Buffer.from('b'), bytes, bytes.buffer, shared])
  const like: MessageLike = Buffer.from('c')
  const several: MessageLike[] = [like, 'd']
  await socket.send(several)
  await socket.send(Math.random() > 0.5 ? like : several)
  socket.send('not awaited').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EAGAIN') console.log(error.errno, error.message)
  })
  const sent: Promise<void>[] = several.map((part) => socket.send(part))
  await Promise.all(sent)
}

export async function rawStream(stream: zmq.Stream): Promise<void> {
  for await (const [id, data] of stream) {
    if (data.length > 0) await stream.send([id, 'HTTP/1.0 200 OK\r\n\r\n'])
    await stream.send([id, ''])
  }
  const message: [Message, Message] = await stream.receive()
  console.log(message[1].toString())
}

/** A queue before a socket, as many programs have it. */
export class Queue {
  private readonly waiting: MessageLike[] = []
  private sending = false

  constructor(private readonly socket: zmq.Dealer) {}

  send(message: MessageLike): Promise<void> {
    this.waiting.push(message)
    return this.flush()
  }

  private async flush(): Promise<void> {
    if (this.sending) return
    this.sending = true
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      await this.socket.send(next)
    }
    this.sending = false
  }
}
