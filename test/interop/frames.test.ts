import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import { ours, type Options } from '../support/implementations.js'
import { pattern, receiveTexts } from '../support/messages.js'
import { RawPeer } from '../support/raw-peer.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { COMMAND, command, frame, LONG, message, MORE } from '../support/wire.js'

async function pullAndPeer(options?: Options) {
  const pull = open(ours, 'Pull', options)
  const events = new EventLog(pull)
  const address = await bindFresh(pull)
  const peer = await RawPeer.connect(address)
  await peer.handshake('PUSH')
  return { pull, peer, events, address }
}

function longFrame(flags: number, body: Uint8Array, size = BigInt(body.length)): Buffer {
  const header = Buffer.alloc(9)
  header[0] = flags | LONG
  header.writeBigUInt64BE(size, 1)
  return Buffer.concat([header, body])
}

describe('frames that are sent', () => {
  it.each([
    { size: 0, flags: 0 },
    { size: 1, flags: 0 },
    { size: 255, flags: 0 },
    { size: 256, flags: LONG },
    { size: 100_000, flags: LONG },
  ])('$size bytes have the flags $flags', async ({ size, flags }) => {
    const push = open(ours, 'Push')
    const peer = await RawPeer.connect(await bindFresh(push))
    await peer.handshake('PULL')
    await push.send([pattern(size), ''])
    expect(await peer.readFrame()).toEqual({ flags: flags | MORE, body: pattern(size) })
    expect(await peer.readFrame()).toEqual({ flags: 0, body: Buffer.alloc(0) })
  })
})

describe('frames that are received', () => {
  it('a long frame may be short', async () => {
    const { pull, peer } = await pullAndPeer()
    peer.write(longFrame(MORE, Buffer.from('one')), longFrame(0, Buffer.alloc(0)))
    expect(await receiveTexts(pull)).toEqual(['one', ''])
  })

  it.each([0x80, 0x40, 0x20, 0x10, 0x08])(
    'the reserved flag %i means nothing',
    async (reserved) => {
      const { pull, peer } = await pullAndPeer()
      peer.write(frame(reserved | MORE, Buffer.from('one')), frame(reserved, Buffer.from('two')))
      expect(await receiveTexts(pull)).toEqual(['one', 'two'])
    },
  )

  it.each([
    { title: 'unknown', bytes: command('HELLO?', Buffer.from('anything')) },
    { title: 'nameless', bytes: frame(COMMAND, Buffer.of(0)) },
    { title: 'empty', bytes: frame(COMMAND, Buffer.alloc(0)) },
    { title: 'garbled', bytes: frame(COMMAND, Buffer.of(200, 1, 2)) },
    { title: 'another READY', bytes: command('READY') },
    { title: 'an ERROR', bytes: command('ERROR', Buffer.from('\x03no!')) },
  ])('a command that is $title is ignored, even inside a message', async ({ bytes }) => {
    const { pull, peer } = await pullAndPeer()
    peer.write(bytes, frame(MORE, Buffer.from('one')), bytes, frame(0, Buffer.from('two')))
    expect(await receiveTexts(pull)).toEqual(['one', 'two'])
  })

  it('half a message dies with its connection', async () => {
    const { pull, peer, events, address } = await pullAndPeer()
    peer.write(message('whole'), frame(MORE, Buffer.from('half')))
    expect(await receiveTexts(pull)).toEqual(['whole'])
    peer.destroy()
    await events.until('disconnect')
    const other = await RawPeer.connect(address)
    await other.handshake('PUSH')
    other.write(message('whole again'))
    expect(await receiveTexts(pull)).toEqual(['whole again'])
  })

  it('messages that came before the peer left are delivered', async () => {
    const { pull, peer, events } = await pullAndPeer({ receiveHighWaterMark: 2 })
    peer.write(...Array.from({ length: 100 }, (_, number) => message(String(number))))
    peer.end()
    for (let number = 0; number < 100; number += 1) {
      expect(await receiveTexts(pull)).toEqual([String(number)])
    }
    await events.until('disconnect')
  })
})

describe('maxMessageSize', () => {
  it('lets a frame of that size pass', async () => {
    const { pull, peer } = await pullAndPeer({ maxMessageSize: 100 })
    peer.write(message('x'.repeat(100)))
    expect(await receiveTexts(pull)).toEqual(['x'.repeat(100)])
  })

  it.each([
    { title: 'one byte more', bytes: message('x'.repeat(101)) },
    { title: 'far more', bytes: longFrame(0, Buffer.alloc(0), 2n ** 40n) },
  ])('ends the connection for $title', async ({ bytes }) => {
    const { pull, peer, events, address } = await pullAndPeer({ maxMessageSize: 100 })
    peer.write(bytes)
    await peer.closed
    await events.until('disconnect')
    const other = await RawPeer.connect(address)
    await other.handshake('PUSH')
    other.write(message('fits'))
    expect(await receiveTexts(pull)).toEqual(['fits'])
  })

  it.each([2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n])(
    'or not, a size of %s ends the connection',
    async (size) => {
      const { peer } = await pullAndPeer()
      peer.write(longFrame(0, Buffer.alloc(0), size))
      await peer.closed
    },
  )
})
