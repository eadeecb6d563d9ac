import { describe, expect, it } from 'vitest'
import { IrregularFrames } from '../../src/node/ws-receiver.js'
import type { Batch } from '../../src/wire/decoder.js'
import { LIMITS } from '../../src/wire/limits.js'
import { WebSocketDecoder } from '../../src/wire/websocket-decoder.js'
import { cut, everySplit, piecesOf } from '../support/chunks.js'
import { pattern, texts } from '../support/messages.js'
import { receiverClass, WebSocketDecoding } from '../support/websocket-decoding.js'
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  PING,
  TEXT,
  wsFrame,
  ZWS_COMMAND,
  ZWS_MORE,
} from '../support/websocket-frames.js'
import { measure } from '../support/work.js'
import { SMALL_PIECE } from '../support/small-piece.js'

const KEY = Buffer.from([0x12, 0xf3, 0x84, 0x5a])

const sides = [
  { title: 'masked', key: KEY },
  { title: 'not masked', key: undefined },
]

function message(body: Uint8Array | string, key: Buffer | undefined, flags = 0): Buffer {
  return wsFrame(Buffer.concat([Buffer.of(flags), Buffer.from(body)]), { key })
}

function failure(code: string): Error {
  return expect.objectContaining({ name: 'ZmqError', code }) as Error
}

/** The head of a masked frame whose payload has not come yet, and never may. */
function head(length: bigint, first = 0x82, key = KEY): Buffer {
  const bytes = Buffer.alloc(10)
  bytes[0] = first
  bytes[1] = 0xff
  bytes.writeBigUInt64BE(length, 2)
  return Buffer.concat([bytes, key])
}

describe.each(sides)('what somebody keeps, $title', ({ key }) => {
  const CHUNK = 65_536

  /** A chunk as a flood of messages of one size fills it, in memory of its own. */
  function floodOf(size: number): { chunk: Buffer; count: number } {
    const frame = (index: number): Buffer => message(Buffer.alloc(size, index % 256), key)
    const count = Math.floor(CHUNK / frame(0).length)
    const chunk = Buffer.allocUnsafeSlow(CHUNK).subarray(0, count * frame(0).length)
    Buffer.concat(Array.from({ length: count }, (_, index) => frame(index))).copy(chunk)
    return { chunk, count }
  }

  it.each([
    [1, SMALL_PIECE],
    [16, SMALL_PIECE],
    [191, SMALL_PIECE],
    [192, CHUNK],
    [4000, CHUNK],
  ])('pins little when it has %i bytes', (size, most) => {
    const { chunk, count } = floodOf(size)
    const { decoder } = new WebSocketDecoding(key !== undefined)
    decoder.push(chunk)
    const run = decoder.run(Infinity)
    const frames = Array.from({ length: run?.count ?? 0 }, () => run?.next()[0])
    expect(frames).toHaveLength(count)
    for (const [index, frame] of frames.entries()) {
      expect(frame?.buffer.byteLength).toBeLessThanOrEqual(most)
      expect(Buffer.compare(frame ?? KEY, Buffer.alloc(size, index % 256))).toBe(0)
    }
  })
})

describe('a mask is taken off once', () => {
  const MIXED = [5, 300, 191, 192, 1, 0, 40, 2000, 7, 8]

  /** Messages of these sizes, again and again, in a chunk of more than one piece. */
  const sizes = Array.from({ length: 100 }, (_, index) => MIXED[index % MIXED.length] ?? 0)
  const bodies = sizes.map((size, index) => pattern(size, index).toString('latin1'))
  const stream = (): Buffer => {
    return Buffer.concat(bodies.map((body) => message(Buffer.from(body, 'latin1'), KEY)))
  }
  const take = (run: Batch): string => texts(run.next())[0] ?? ''

  /** All there is, in runs of so many. */
  function runsOf(most: number): Batch[] {
    const { decoder } = new WebSocketDecoding(true)
    decoder.push(stream())
    const runs: Batch[] = []
    for (let run = decoder.run(most); run !== undefined; run = decoder.run(most)) runs.push(run)
    return runs
  }

  it.each([1, 3, 7, Infinity])('with runs of %i, taken one after the other', (most) => {
    const seen: string[] = []
    for (const run of runsOf(most)) while (run.count > 0) seen.push(take(run))
    expect(seen).toEqual(bodies)
  })

  it('with runs of one chunk taken in any order', () => {
    const runs = runsOf(10)
    const seen = runs.map(() => [] as string[])
    for (let turn = 0; turn < bodies.length; turn++) {
      // Jumps about, and comes to each run ten times.
      const at = (turn * 7) % runs.length
      seen[at]?.push(take(runs[at] as Batch))
    }
    expect(seen.flat()).toEqual(bodies)
  })

  it('while more comes in before they are taken', () => {
    const { decoder } = new WebSocketDecoding(true)
    const found: (Batch | string)[] = []
    for (const chunk of piecesOf(stream(), 10_000)) {
      decoder.push(Buffer.from(chunk))
      for (;;) {
        // What spans chunks is for `next()`.
        const next = decoder.run(4) ?? decoder.next()
        if (next === undefined) break
        found.push(Array.isArray(next) ? (texts(next)[0] ?? '') : next)
      }
    }
    const seen: string[] = []
    for (const one of found) {
      if (typeof one === 'string') seen.push(one)
      else while (one.count > 0) seen.push(take(one))
    }
    expect(seen).toEqual(bodies)
  })

  it('where a message is left in the chunk for next()', () => {
    const { decoder } = new WebSocketDecoding(true)
    decoder.push(stream())
    const first = decoder.run(5)
    const rest: string[] = []
    for (let parts = decoder.next(); parts !== undefined; parts = decoder.next()) {
      rest.push(...texts(parts))
    }
    const seen: string[] = []
    while (first !== undefined && first.count > 0) seen.push(take(first))
    expect([...seen, ...rest]).toEqual(bodies)
  })
})

describe('a target', () => {
  it.each(sides)('takes the rest of a large frame, $title', ({ key }) => {
    const body = pattern(300_000)
    const bytes = message(body, key)
    const decoding = new WebSocketDecoding(key !== undefined).feed(bytes.subarray(0, 100))
    const target = decoding.decoder.target()
    const taken = bytes.copy(target ?? Buffer.alloc(0), 0, 100)
    expect(taken).toBe(bytes.length - 100)
    decoding.decoder.filled(taken)
    decoding.feed(Buffer.alloc(0))
    expect(decoding.items).toEqual([{ message: [body.toString('latin1')] }])
  })
})

describe('lengths are judged before anything is allocated', () => {
  it.each([
    ['2^31 + 1', 2n ** 31n + 1n],
    ['2^32', 2n ** 32n],
    ['2^53 + 1', 2n ** 53n + 1n],
    ['2^63 - 1', 2n ** 63n - 1n],
    ['2^63', 2n ** 63n],
    ['2^64 - 1', 2n ** 64n - 1n],
  ])('%s is refused', (_title, length) => {
    for (const first of [0x82, 0x02]) {
      for (const flags of [0, ZWS_MORE, ZWS_COMMAND]) {
        const decoding = new WebSocketDecoding(true)
        const bytes = Buffer.concat([head(length, first), Buffer.of(flags ^ (KEY[0] ?? 0))])
        const { allocated } = measure(() => {
          expect(() => decoding.feed(bytes)).toThrow(failure('EMSGSIZE'))
        })
        expect(allocated).toBe(0)
      }
    }
  })

  it.each([0, 1, 10, 124, 125, 5000, 65_534, 65_535])(
    'maxMessageSize %i is the most that is accepted',
    (size) => {
      const decoding = new WebSocketDecoding(true, { maxMessageSize: size })
      const exact = { message: ['x'.repeat(size)] }
      const whole = message('x'.repeat(size), KEY)
      decoding.feed(Buffer.from(whole), ...piecesOf(whole, 1000), ...fragments(size))
      expect(decoding.items).toEqual([exact, exact, exact])

      for (const bytes of [[message('x'.repeat(size + 1), KEY)], fragments(size + 1)]) {
        const next = new WebSocketDecoding(true, { maxMessageSize: size })
        expect(() => next.feed(...bytes)).toThrow(failure('EMSGSIZE'))
      }
    },
  )

  it('fragments are added up before the last of them has come', () => {
    const decoding = new WebSocketDecoding(true, { maxMessageSize: 100 })
    const [first] = fragments(101)
    decoding.feed(first ?? Buffer.alloc(0))
    const heads = Buffer.from([0x00, 0x80 | 60, ...KEY])
    expect(() => decoding.feed(heads)).toThrow(failure('EMSGSIZE'))
  })

  it('a stranger may send no more than a command, in fragments or not', () => {
    const bytes = [head(BigInt(LIMITS.handshakeCommand + 2)), head(65_538n, 0x02)]
    for (const one of bytes) {
      const irregular = new IrregularFrames(receiverClass, true, {
        command: () => undefined,
        onPing: () => undefined,
        goodbye: () => undefined,
      })
      const decoder = new WebSocketDecoder({ maxMessageSize: -1 }, () => {}, true, irregular)
      decoder.push(Buffer.concat([one, Buffer.of(KEY[0] ?? 0)]))
      expect(() => decoder.nextCommand()).toThrow(failure('EMSGSIZE'))
    }
  })

  /** A message of so many bytes in two frames. */
  function fragments(size: number): Buffer[] {
    const payload = Buffer.from(`\0${'x'.repeat(size)}`)
    const half = payload.length >> 1
    return [
      wsFrame(payload.subarray(0, half), { final: false, key: KEY }),
      wsFrame(payload.subarray(half), { opcode: CONTINUATION, key: KEY }),
    ]
  }
})

describe('what nobody may send ends it, however it is cut', () => {
  const body = Buffer.from('\0body')
  const masked = (opcode: number, final = true): Buffer =>
    wsFrame(body, { opcode, final, key: KEY })
  const withFirst = (first: number): Buffer => {
    const frame = masked(BINARY)
    frame[0] = first
    return frame
  }

  it.each([
    { title: 'no mask', bytes: wsFrame(body) },
    { title: 'text', bytes: masked(TEXT) },
    { title: 'text in fragments', bytes: [masked(TEXT, false), masked(CONTINUATION)] },
    { title: 'nothing', bytes: wsFrame(Buffer.alloc(0), { key: KEY }) },
    {
      title: 'nothing in fragments',
      bytes: [
        wsFrame(Buffer.alloc(0), { final: false, key: KEY }),
        wsFrame(Buffer.alloc(0), { opcode: CONTINUATION, key: KEY }),
      ],
    },
    { title: 'RSV1', bytes: withFirst(0xc2) },
    { title: 'RSV2', bytes: withFirst(0xa2) },
    { title: 'RSV3', bytes: withFirst(0x92) },
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => ({
      title: `the opcode ${opcode}`,
      bytes: withFirst(0x80 | opcode),
    })),
    { title: 'a continuation of nothing', bytes: masked(CONTINUATION) },
    { title: 'a message within another', bytes: [masked(BINARY, false), masked(BINARY)] },
    { title: 'PING in fragments', bytes: masked(PING, false) },
    {
      title: 'PING of 126 bytes',
      bytes: wsFrame(Buffer.alloc(126), { opcode: PING, key: KEY }),
    },
    {
      title: 'CLOSE of 1 byte',
      bytes: wsFrame(Buffer.alloc(1), { opcode: CLOSE, key: KEY }),
    },
    {
      title: 'CLOSE with a status that does not exist',
      bytes: wsFrame(Buffer.from([0x03, 0xee]), { opcode: CLOSE, key: KEY }),
    },
    {
      title: 'CLOSE with words that are no text',
      bytes: wsFrame(Buffer.from([0x03, 0xe8, 0xff]), { opcode: CLOSE, key: KEY }),
    },
  ])('$title', ({ bytes }) => {
    const bad = Buffer.concat([bytes].flat())
    const stream = Buffer.concat([message('before', KEY), bad, message('after', KEY)])
    for (const chunks of everySplit(stream)) {
      const decoding = new WebSocketDecoding(true)
      expect(() => {
        for (const chunk of chunks) decoding.feed(Buffer.from(chunk))
      }).toThrow(failure('EPROTO'))
      expect(decoding.items).toEqual([{ message: ['before'] }])
    }
  })

  it('a mask from a server', () => {
    const decoding = new WebSocketDecoding(false)
    expect(() => decoding.feed(message('masked', KEY))).toThrow(failure('EPROTO'))
  })

  it('a message of too many parts', () => {
    const part = message('', KEY, ZWS_MORE)
    const decoding = new WebSocketDecoding(true)
    const endless = Buffer.alloc(part.length * (LIMITS.parts + 1), part)
    expect(() => decoding.feed(endless)).toThrow(failure('EPROTO'))
  })

  it('a message of too many fragments', () => {
    const decoding = new WebSocketDecoding(true)
    decoding.feed(wsFrame(Buffer.of(0), { final: false, key: KEY }))
    const fragment = wsFrame(Buffer.of(1), { opcode: CONTINUATION, final: false, key: KEY })
    const endless = Buffer.alloc(fragment.length * 70_000, fragment)
    expect(() => decoding.feed(endless)).toThrow(failure('EPROTO'))
  })
})

it('control frames are heard where nothing else is regular', () => {
  const decoding = new WebSocketDecoding(true)
  const payload = Buffer.from('\0in three fragments')
  const [one, two, three] = cut(payload, [5, 9]).map(Buffer.from)
  const stream = Buffer.concat([
    wsFrame(one ?? payload, { final: false, key: KEY }),
    wsFrame(Buffer.from('1'), { opcode: PING, key: KEY }),
    wsFrame(two ?? payload, { opcode: CONTINUATION, final: false, key: KEY }),
    wsFrame(Buffer.from('2'), { opcode: PING, key: KEY }),
    wsFrame(three ?? payload, { opcode: CONTINUATION, key: KEY }),
  ])
  expect(decoding.feed(stream).items).toEqual([{ message: ['in three fragments'] }])
  expect(decoding.pings).toEqual(['1', '2'])
})
