// The draft socket types.
import { Client, Datagram, Dish, Gather, Radio, Scatter, Server } from 'zeromq/draft'
import * as draft from 'zeromq/draft'
import type { Readable, Socket, SocketOptions, Writable } from 'zeromq'

export async function talk(): Promise<void> {
  const server = new Server({ linger: 0 })
  const client: draft.Client = new Client({ sendTimeout: 100 })
  await client.send('question')
  const [message, { routingId }] = await server.receive()
  await server.send(message.toString().toUpperCase(), { routingId })
  for await (const [answer] of client) console.log(answer.toString('hex'))

  const radio = new Radio()
  const dish = new Dish({ receiveHighWaterMark: 10 })
  dish.join('news', Buffer.from('weather'))
  dish.leave('news')
  await radio.send('rain', { group: 'weather' })
  const [news, { group }] = await dish.receive()
  console.log(news.length, group.toString())

  const scatter: Writable = new Scatter({ conflate: true }) as unknown as Writable
  const gather = new Gather({ conflate: false })
  await scatter.send('work')
  const [work] = await gather.receive()
  console.log(work.readUInt8(0))

  const datagram = new Datagram()
  await datagram.bind('udp://*:3000')
  for await (const [address, data] of datagram) await datagram.send([address, data])
}

export const options: SocketOptions<Server> = { maxMessageSize: 1024 }
export const sockets: Socket[] = [new Server(), new Dish(), new Datagram()]
export const servers: Pick<Readable, 'receiveTimeout'>[] = [new Server(), new Gather()]
