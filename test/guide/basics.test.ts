import { describe, expect, it } from 'vitest'
import * as native from 'zeromq'
import { ours } from '../support/implementations.js'
import { endpointOf } from '../support/transports.js'
import { track } from '../support/track.js'

/*
 * What the reference's readme and examples, and the guide, show: the same calls, on both libraries.
 */
const implementations = [
  { name: 'zerowire', zmq: ours },
  { name: 'reference', zmq: native },
]

describe.each(implementations)('programs for $name', ({ zmq }) => {
  it('push work to a worker, which iterates over it', async () => {
    const producer = track(new zmq.Push())
    await producer.bind('tcp://127.0.0.1:*')
    const worker = track(new zmq.Pull())
    worker.connect(endpointOf(producer))
    for (const work of ['some work', 'more work', 'stop']) await producer.send(work)
    const done: string[] = []
    for await (const [work] of worker) {
      if (String(work) === 'stop') worker.close()
      else done.push(String(work))
    }
    expect(done).toEqual(['some work', 'more work'])
  })

  it('publish in envelopes, and subscribe to some of them', async () => {
    const publisher = track(new zmq.XPublisher())
    await publisher.bind('tcp://127.0.0.1:*')
    const subscriber = track(new zmq.Subscriber())
    subscriber.connect(endpointOf(publisher))
    subscriber.subscribe('kitty cats')
    expect(String((await publisher.receive())[0])).toBe('\x01kitty cats')
    await publisher.send(['puppies', 'woof!'])
    await publisher.send(['kitty cats', 'meow!'])
    const [topic, message] = await subscriber.receive()
    expect([String(topic), String(message)]).toEqual(['kitty cats', 'meow!'])
  })

  it('ask for the double of a number', async () => {
    const server = track(new zmq.Reply())
    await server.bind('tcp://127.0.0.1:*')
    const serving = (async () => {
      for await (const [number] of server) await server.send(String(2 * Number(String(number))))
    })()
    const client = track(new zmq.Request())
    client.connect(endpointOf(server))
    await client.send('4')
    const [result] = await client.receive()
    expect(String(result)).toBe('8')
    server.close()
    await serving
  })

  it('add an option by its number', async () => {
    class Patient extends zmq.Dealer {
      override get sendHighWaterMark(): number {
        return this.getInt32Option(23)
      }

      override set sendHighWaterMark(value: number) {
        this.setInt32Option(23, value)
      }
    }
    const socket = track(new Patient({ sendHighWaterMark: 456 }))
    expect(socket.sendHighWaterMark).toBe(456)
    expect(socket).toBeInstanceOf(zmq.Dealer)
    const router = track(new zmq.Router())
    await router.bind('tcp://127.0.0.1:*')
    socket.connect(endpointOf(router))
    await socket.send('hello')
    expect(String((await router.receive())[1])).toBe('hello')
  })

  it('queue before a socket that has nobody to send to', async () => {
    const socket = track(new zmq.Dealer({ sendHighWaterMark: 1 }))
    const waiting: string[] = []
    let sending: Promise<void> | undefined
    const send = (message: string): void => {
      waiting.push(message)
      sending ??= (async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          await socket.send(next)
        }
      })()
    }
    await socket.bind('tcp://127.0.0.1:*')
    for (let number = 0; number < 6; number += 1) send(String(number))
    expect(waiting).toHaveLength(5)
    const peer = track(new zmq.Dealer())
    peer.connect(endpointOf(socket))
    const heard: string[] = []
    while (heard.length < 6) heard.push(String((await peer.receive())[0]))
    expect(heard).toEqual(['0', '1', '2', '3', '4', '5'])
    await sending
  })

  it('listen to events, and switch over them', async () => {
    const listener = track(new zmq.Reply())
    const seen: string[] = []
    const ended = new Promise<void>((resolve) => {
      listener.events.on('bind', ({ address }) => seen.push(`bound to ${address}`))
      listener.events.on('end', () => {
        resolve()
      })
    })
    await listener.bind('tcp://127.0.0.1:*')
    const address = endpointOf(listener)
    listener.close()
    await ended
    expect(seen).toEqual([`bound to ${address}`])
  })
})
