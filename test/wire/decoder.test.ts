import { describe, expect, it } from 'vitest'
import { cut, everySplit, hex } from '../support/chunks.js'
import { decodeAll, Decoding } from '../support/fast-codec.js'
import { pattern } from '../support/messages.js'
import type { Item } from '../support/slow-codec.js'
import { COMMAND, command, frame, LONG, message, MORE, ping } from '../support/wire.js'
import { SMALL_PIECE } from '../support/small-piece.js'

const hello: Item = { message: ['hello'] }

/** A frame with a length of eight bytes, however short it is. */
function longFrame(flags: number, body: string): Buffer {
  const header = Buffer.alloc(9)
  header[0] = flags | LONG
  header.writeBigUInt64BE(BigInt(body.length), 1)
  return Buffer.concat([header, Buffer.from(body)])
}

describe('what peers may send', () => {
  it.each<{ title: string; bytes: Buffer; items: Item[] }>([
    {
      title: 'F-2 the long form for two bytes',
      bytes: longFrame(0, 'ab'),
      items: [{ message: ['ab'] }],
    },
    { title: 'the long form for nothing', bytes: longFrame(0, ''), items: [{ message: [''] }] },
    {
      title: 'a long command of two bytes',
      bytes: longFrame(COMMAND, '\x01x'),
      items: [{ command: '\x01x' }],
    },
    { title: 'F-6 reserved bits', bytes: hex('f8 01 61'), items: [{ message: ['a'] }] },
    {
      title: 'F-6 reserved bits on parts',
      bytes: hex('f9 01 61 80 01 62'),
      items: [{ message: ['a', 'b'] }],
    },
    {
      title: 'a command with the MORE bit',
      bytes: hex('05 02 01 78'),
      items: [{ command: '\x01x' }],
    },
    { title: 'an empty command', bytes: hex('04 00'), items: [{ command: '' }] },
    {
      title: 'a command shorter than its name',
      bytes: hex('04 02 09 78'),
      items: [{ command: '\tx' }],
    },
    {
      title: 'F-6 commands between the parts of a message',
      bytes: Buffer.concat([
        frame(MORE, Buffer.from('a')),
        ping(0),
        frame(MORE, Buffer.from('b')),
        command('OTHER'),
        frame(0, Buffer.from('c')),
      ]),
      items: [{ command: '\x04PING\0\0' }, { command: '\x05OTHER' }, { message: ['a', 'b', 'c'] }],
    },
    {
      title: 'many empty parts',
      bytes: message(...new Array<string>(100).fill('')),
      items: [{ message: new Array<string>(100).fill('') }],
    },
  ])('$title, however it is cut', ({ bytes, items }) => {
    const stream = Buffer.concat([bytes, message('hello')])
    for (const chunks of everySplit(stream)) expect(decodeAll(chunks)).toEqual([...items, hello])
  })
})

describe('F-4 all or nothing', () => {
  it('a message is there with its last byte, and not before', () => {
    const bytes = message('first', 'second', '')
    for (let size = 0; size < bytes.length; size++) {
      expect(decodeAll([bytes.subarray(0, size)])).toEqual([])
    }
    expect(decodeAll([bytes])).toHaveLength(1)
  })
})

describe('the caller pulls', () => {
  it('what nobody has asked for stays bytes, commands behind it included', () => {
    const decoding = new Decoding()
    decoding.decoder.push(Buffer.concat([message('one'), command('LATER'), message('two')]))
    expect(String(decoding.decoder.next())).toBe('one')
    expect(decoding.items).toEqual([])
    expect(String(decoding.decoder.next())).toBe('two')
    expect(decoding.items).toEqual([{ command: '\x05LATER' }])
  })

  it('bytes may be added before the earlier ones have been read', () => {
    const { decoder } = new Decoding()
    const stream = Buffer.concat(['one', 'two', 'three'].map((text) => message(text)))
    for (const chunk of cut(stream, [2, 6, 7, 9, 14])) decoder.push(chunk)
    expect([1, 2, 3].map(() => String(decoder.next()))).toEqual(['one', 'two', 'three'])
    expect(decoder.next()).toBeUndefined()
  })

  it('nothing comes of nothing', () => {
    const { decoder, items } = new Decoding()
    expect(decoder.next()).toBeUndefined()
    decoder.push(new Uint8Array(0))
    expect(decoder.next()).toBeUndefined()
    expect(items).toEqual([])
  })
})

describe('memory', () => {
  it('a large frame within a chunk is a view of it', () => {
    const chunk = frame(0, pattern(20_000))
    const { decoder } = new Decoding()
    decoder.push(chunk)
    expect(decoder.next()?.[0]?.buffer).toBe(chunk.buffer)
  })

  it('a small frame that somebody keeps does not keep a large chunk', () => {
    const { decoder } = new Decoding()
    decoder.push(Buffer.concat(Array.from({ length: 600 }, () => message('x'.repeat(100)))))
    for (let parts = decoder.next(); parts !== undefined; parts = decoder.next()) {
      expect(String(parts)).toBe('x'.repeat(100))
      expect(parts[0]?.buffer.byteLength).toBeLessThanOrEqual(SMALL_PIECE)
    }
  })

  it('a frame across chunks has memory of its own, of its size', () => {
    const body = pattern(5000)
    const chunks = cut(frame(0, body), [100, 2000])
    const { decoder } = new Decoding()
    let part: Uint8Array | undefined
    for (const chunk of chunks) {
      decoder.push(chunk)
      part = decoder.next()?.[0]
    }
    expect(part).toEqual(body)
    expect(part?.buffer.byteLength).toBe(5000)
  })
})

describe('during the handshake', () => {
  it('frames come one by one, whatever their flags', () => {
    const bodies = ['one', 'two', 'three', 'four']
    const stream = Buffer.concat(
      bodies.map((body, index) => frame([0, MORE, COMMAND, 0xf8][index] ?? 0, Buffer.from(body))),
    )
    for (const chunks of everySplit(stream)) {
      const { decoder, items } = new Decoding()
      const seen: string[] = []
      for (const chunk of chunks) {
        decoder.push(chunk)
        for (let body = decoder.nextCommand(); body !== undefined; body = decoder.nextCommand()) {
          seen.push(Buffer.from(body).toString())
        }
      }
      expect(seen).toEqual(bodies)
      expect(items).toEqual([])
    }
  })

  it('what is behind it is left for traffic', () => {
    const decoding = new Decoding()
    decoding.decoder.push(Buffer.concat([command('READY'), message('a', 'b'), message('c')]))
    expect(decoding.decoder.nextCommand()).toHaveLength(6)
    expect(decoding.feed(new Uint8Array(0)).items).toEqual([
      { message: ['a', 'b'] },
      { message: ['c'] },
    ])
  })
})
