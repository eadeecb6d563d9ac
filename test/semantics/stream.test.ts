import { describe, expect, it } from 'vitest'
import { Stream } from 'zerowire'
import { EventLog } from '../support/events.js'
import { pattern, texts } from '../support/messages.js'
import { RawListener, RawPeer } from '../support/raw-peer.js'
import { track } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { nextTurn } from '../support/turn.js'

type Options = ConstructorParameters<typeof Stream>[0]

function open(options: Options = {}): Stream {
  return track(new Stream({ linger: 0, reconnectInterval: 1, ...options }))
}

/** A listening stream, a peer of no kind, and the name that the stream knows it by. */
async function pair(options?: Options) {
  const stream = open(options)
  const peer = await RawPeer.connect(await bindFresh(stream))
  const [id] = await stream.receive()
  return { stream, peer, id }
}

/** An outgoing connection, named. */
async function dialled(options?: Options) {
  const stream = open(options)
  const log = new EventLog(stream)
  const listener = await RawListener.listen()
  stream.connect(listener.address, { routingId: 'server' })
  const peer = await listener.accept()
  expect(texts(await stream.receive())).toEqual(['server', ''])
  return { stream, log, listener, peer }
}

describe('Stream', () => {
  it('has notify as a property, and under the number of libzmq', () => {
    const stream = open()
    expect(stream.notify).toBe(true)
    ;(stream as unknown as { setBoolOption(number: number, value: boolean): void }).setBoolOption(
      73,
      false,
    )
    expect(stream.notify).toBe(false)
    expect(() => open({ notify: 1 as unknown as boolean })).toThrow(TypeError)
  })

  it('can be written at any time', async () => {
    const { stream, peer } = await pair()
    expect([stream.writable, stream.readable]).toEqual([true, false])
    peer.destroy()
    await stream.receive()
    expect(stream.writable).toBe(true)
  })

  it.each(['ws://127.0.0.1:*', 'inproc://stream', 'udp://127.0.0.1:*'])(
    'is not for %s',
    async (address) => {
      const incompatible = { code: 'ENOCOMPATPROTO' }
      await expect(open().bind(address)).rejects.toMatchObject(incompatible)
      expect(() => {
        open().connect(address.replace('*', '1'))
      }).toThrow(expect.objectContaining(incompatible) as Error)
    },
  )

  it('says in an event who has come', async () => {
    const stream = open()
    const log = new EventLog(stream)
    const peer = await RawPeer.connect(await bindFresh(stream))
    const { remoteAddress } = await log.until('accept')
    expect(await log.until('handshake')).toMatchObject({
      remoteAddress,
      peer: { protocol: 'raw', address: remoteAddress, socketType: '' },
    })
    peer.destroy()
    expect(await log.until('disconnect')).toMatchObject({ remoteAddress })
  })

  it('has nobody under the name of a peer that has left', async () => {
    const { stream, peer, id } = await pair()
    peer.destroy()
    expect(await stream.receive()).toEqual([id, Buffer.alloc(0)])
    const reason = `no peer has the routing id 0x${id.toString('hex')}`
    await expect(stream.send([id, 'x'])).rejects.toMatchObject({ code: 'EHOSTUNREACH', reason })
  })

  it('writes all parts behind the name, one after the other', async () => {
    const { stream, peer, id } = await pair()
    await stream.send([id, 'one ', '', 'two'] as unknown as [Buffer, string])
    expect(String(await peer.read(7))).toBe('one two')
  })

  it('counts what has no data at all', async () => {
    const { stream, id } = await pair()
    await stream.send([id] as unknown as [Buffer, string])
    expect(stream.stats.dropped.unexpected).toBe(1)
  })

  it('hangs up only when everything sent before has left, whatever linger says', async () => {
    const { stream, peer, id } = await pair()
    const data = pattern(8_000_000)
    const chunks = Array.from({ length: 80 }, (_, index) =>
      data.subarray(index * 1e5, (index + 1) * 1e5),
    )
    for (const chunk of chunks) await stream.send([id, chunk])
    await stream.send([id, ''])
    await expect(stream.send([id, 'late'])).rejects.toMatchObject({ code: 'EHOSTUNREACH' })
    expect((await peer.rest()).equals(data)).toBe(true)
    expect(stream.stats).toMatchObject({ sent: 81, dropped: { total: 0 } })
  })

  it('tells nothing of an end of its own making', async () => {
    const { stream, peer, id } = await pair()
    await stream.send([id, ''])
    await peer.closed
    while (stream.stats.peers > 0) await nextTurn()
    expect(stream.readable).toBe(false)
  })

  it('does not connect again when it has hung up itself', async () => {
    const { stream, log, peer } = await dialled()
    await stream.send(['server', ''])
    await peer.closed
    while (stream.stats.peers > 0) await nextTurn()
    void stream.close()
    expect(await log.untilEnd()).not.toContain('connect:retry')
  })

  it('connects again under the same name when the peer has hung up', async () => {
    const { stream, listener, peer } = await dialled()
    peer.end()
    expect(texts(await stream.receive())).toEqual(['server', ''])
    // Queued for the next connection.
    await stream.send(['server', 'still there?'])
    const next = await listener.accept()
    expect(texts(await stream.receive())).toEqual(['server', ''])
    expect(String(await next.read(12))).toBe('still there?')
  })

  it('gives a name to one peer only', async () => {
    const { stream, listener } = await dialled()
    expect(() => {
      stream.connect(listener.address, { routingId: 'server' })
    }).toThrow(expect.objectContaining({ code: 'EINVAL' }) as Error)
  })

  it('stops reading at its mark, and goes on when there is room', async () => {
    const { stream, peer } = await pair({ receiveHighWaterMark: 4, notify: true })
    const data = pattern(20_000_000)
    let written = false
    const writing = peer.writeAll(data).then(() => {
      written = true
    })
    while (stream.stats.queued.incoming < 4) await nextTurn()
    for (let turn = 0; turn < 200; turn += 1) await nextTurn()
    expect(stream.stats.queued.incoming).toBe(4)
    expect(written).toBe(false)
    const chunks: Buffer[] = []
    for (let length = 0; length < data.length; length += chunks.at(-1)?.length ?? 0) {
      chunks.push((await stream.receive())[1])
    }
    expect(Buffer.concat(chunks).equals(data)).toBe(true)
    await writing
    expect(stream.stats.dropped.total).toBe(0)
  })

  it('waits at its mark for a peer that does not read', async () => {
    const stream = open({ sendHighWaterMark: 2 })
    const listener = await RawListener.listen()
    stream.connect(listener.address, { routingId: 'slow' })
    const peer = await listener.accept()
    peer.pause()
    await stream.receive()
    const chunk = pattern(1_000_000)
    let sent = 0
    const fill = async (): Promise<void> => {
      for (;;) {
        await stream.send(['slow', chunk], { timeout: 0 })
        sent += 1
      }
    }
    await expect(fill()).rejects.toMatchObject({ code: 'EAGAIN' })
    const waiting = stream.send(['slow', chunk])
    peer.resume()
    await waiting
    expect((await peer.read((sent + 1) * chunk.length)).length).toBe((sent + 1) * chunk.length)
    expect(stream.stats.dropped.total).toBe(0)
  })

  it('sends and receives by the batch', async () => {
    const { stream, peer, id } = await pair()
    await stream.sendMany(['a', 'b', 'c'].map((text) => [id, text]))
    expect(String(await peer.read(3))).toBe('abc')
    peer.write(Buffer.from('data'))
    const [message] = await stream.receiveMany()
    expect(message).toEqual([id, Buffer.from('data')])
  })
})
