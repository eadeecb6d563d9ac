import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WebSocketEncoder } from '../../src/wire/websocket-encoder.js'
import { cut, cutAt, cuts, everySplit, piecesOf } from '../support/chunks.js'
import { encodedBy, encodeItem } from '../support/fast-codec.js'
import { pattern } from '../support/messages.js'
import { holds } from '../support/property.js'
import type { Item } from '../support/slow-codec.js'
import { WebSocketDecoding } from '../support/websocket-decoding.js'
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  PING,
  PONG,
  takeWebSocketFrames,
  wsFrame,
  wsReceive,
  zwsPayloads,
} from '../support/websocket-frames.js'

/** Bodies at which something changes: the flags of ZWS make a payload one byte longer. */
const SIZES = [
  ...[0, 1, 2, 3, 31, 32, 33, 123, 124, 125, 126, 127, 128, 129, 191, 192, 193, 254, 255],
  ...[4095, 4096, 4097, 65_533, 65_534, 65_535, 65_536],
]
const MIB = 1_048_576

const sides = [
  { title: 'from a client, masked', masked: true },
  { title: 'from a server, not masked', masked: false },
]

/** One character a byte; mostly short, sometimes of a size at which something changes. */
const body = fc.oneof(
  { weight: 5, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(...SIZES).map((size) => pattern(size, size)) },
)
const text = body.map((content) => Buffer.from(content).toString('latin1'))
const item: fc.Arbitrary<Item> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ message: fc.array(text, { minLength: 1, maxLength: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ command: text }) },
)
const items = fc.array(item, { maxLength: 10 })
const most = fc.constantFrom(1, 2, 3, Infinity)

/** Any key, the one that does nothing included. */
const key = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.constant(Uint8Array.of(0, 0, 0, 0)),
)

/** Copies: whoever decodes takes off masks in place. */
function decode(masked: boolean, chunks: readonly Uint8Array[], limit?: number) {
  const decoding = new WebSocketDecoding(masked, { most: limit })
  decoding.feed(...chunks.map((chunk) => Buffer.from(chunk)))
  const { items: seen, pings, closed } = decoding
  return { items: seen, pings, closed }
}

function encode(masked: boolean, all: readonly Item[]): Buffer {
  return encodedBy(new WebSocketEncoder(masked), (encoder) => {
    for (const one of all) encodeItem(encoder, one)
  })
}

/** The same frames, with the same keys, as `ws` makes them. */
function encodedByWs(all: readonly Item[], keys: readonly (Uint8Array | undefined)[]): Buffer {
  const payloads = all.flatMap(zwsPayloads)
  return Buffer.concat(payloads.map((payload, index) => wsFrame(payload, { key: keys[index] })))
}

describe.each(sides)('the encoder, $title', ({ masked }) => {
  it('writes what ws writes', () => {
    holds(
      fc.property(items, (all) => {
        const ours = encode(masked, all)
        const keys = takeWebSocketFrames(ours).map((frame) => frame.key)
        expect(keys.every((one) => (one !== undefined) === masked)).toBe(true)
        expect(ours.equals(encodedByWs(all, keys))).toBe(true)
      }),
    )
  })

  it('is understood by ws', () => {
    holds(
      fc.property(items, cuts, (all, shares) => {
        const heard = wsReceive(cutAt(encode(masked, all), shares), masked)
        const expected = all.flatMap(zwsPayloads)
        expect(heard).toEqual(expected.map((payload) => `message ${payload.toString('latin1')}`))
      }),
    )
  })

  it('asks, answers and says goodbye in control frames', () => {
    const bytes = encodedBy(new WebSocketEncoder(masked), (encoder) => {
      encoder.ping()
      encoder.pong(Buffer.from('context'))
      encoder.pong(pattern(200))
      encoder.goodbye()
    })
    expect(wsReceive([bytes], masked)).toEqual([
      'ping ',
      'pong context',
      `pong ${pattern(125).toString('latin1')}`,
      'close 1000',
    ])
  })

  it.each([10, 4097])('leaves a body of %i bytes as it is', (size) => {
    const sent = pattern(size)
    encodedBy(new WebSocketEncoder(masked), (encoder) => encoder.message([sent, sent]))
    expect(sent).toEqual(pattern(size))
  })
})

it('frames of a client have keys of their own', () => {
  const bytes = encode(
    true,
    Array.from({ length: 3000 }, () => ({ message: ['x'] })),
  )
  const keys = takeWebSocketFrames(bytes).map((frame) => frame.key?.toString('hex'))
  // Among 3000 numbers of 32 bits two are the same once in a thousand runs, eleven never.
  expect(new Set(keys).size).toBeGreaterThan(2990)
})

describe.each(sides)('the decoder, $title', ({ masked }) => {
  const keyFor = (bytes: Uint8Array): Uint8Array | undefined => (masked ? bytes : undefined)

  it('reads what ws wrote, however it is cut', () => {
    holds(
      fc.property(items, key, cuts, most, (all, bytes, shares, limit) => {
        const keys = all.flatMap(zwsPayloads).map((_, index) => {
          return keyFor(bytes.map((byte) => byte ^ index))
        })
        const stream = encodedByWs(all, keys)
        expect(decode(masked, cutAt(stream, shares), limit).items).toEqual(all)
      }),
    )
  })

  it('reads in pieces of any size what our encoder wrote', () => {
    holds(
      fc.property(items, fc.integer({ min: 1, max: 70_000 }), (all, size) => {
        expect(decode(masked, piecesOf(encode(masked, all), size)).items).toEqual(all)
      }),
      100,
    )
  })

  it('reads fragments with control frames between them as ws does', () => {
    holds(
      fc.property(messy(), key, cuts, most, ({ all, frames, pings }, bytes, shares, limit) => {
        const stream = Buffer.concat(
          frames.map(({ payload, ...rest }) => wsFrame(payload, { ...rest, key: keyFor(bytes) })),
        )
        const chunks = cutAt(stream, shares)
        expect(decode(masked, chunks, limit)).toEqual({ items: all, pings, closed: false })
        const heard = wsReceive(chunks, masked).filter((line) => line.startsWith('message'))
        const payloads = all.flatMap(zwsPayloads)
        expect(heard).toEqual(payloads.map((payload) => `message ${payload.toString('latin1')}`))
      }),
    )
  })

  it('may be cut anywhere', () => {
    const all: Item[] = [
      { message: ['one'] },
      { message: ['', 'x'.repeat(130), 'three'] },
      { command: '\x05READY' },
      { message: ['after'] },
    ]
    const fragments = [
      wsFrame(Buffer.from('\x00in '), { final: false, key: keyFor(Buffer.from('abcd')) }),
      wsFrame(Buffer.from('ping'), { opcode: PING, key: keyFor(Buffer.from('efgh')) }),
      wsFrame(Buffer.from('two'), { opcode: CONTINUATION, key: keyFor(Buffer.from('ijkl')) }),
      wsFrame(Buffer.from('\x03\xe8', 'latin1'), {
        opcode: CLOSE,
        key: keyFor(Buffer.from('mnop')),
      }),
    ]
    const stream = Buffer.concat([encode(masked, all), ...fragments])
    const expected = { items: [...all, { message: ['in two'] }], pings: ['ping'], closed: true }
    for (const chunks of everySplit(stream)) expect(decode(masked, chunks)).toEqual(expected)
  })

  it.each([...SIZES, MIB - 1, MIB, 3 * MIB])('parts of %i bytes', (size) => {
    const part = pattern(size, 7).toString('latin1')
    const all: Item[] = [{ message: ['before', part, 'after'] }, { message: [part] }]
    const stream = encode(masked, all)
    for (const piece of [stream.length, 65_536, 4097]) {
      const seen = decode(masked, piecesOf(stream, piece)).items
      expect(JSON.stringify(seen) === JSON.stringify(all)).toBe(true)
    }
  })
})

interface Messy {
  readonly all: readonly Item[]
  readonly frames: readonly { payload: Buffer; opcode: number; final: boolean }[]
  readonly pings: readonly string[]
}

/** Messages of which some come in fragments, even empty ones, and control frames anywhere. */
function messy(): fc.Arbitrary<Messy> {
  const context = fc.uint8Array({ maxLength: 125 })
  const pieces = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 })
  const control = fc.option(fc.record({ opcode: fc.constantFrom(PING, PONG), context }))
  const plan = fc.array(fc.record({ pieces, control }), { minLength: 1, maxLength: 8 })
  return fc.tuple(items, plan).map(([all, plans]) => {
    const frames: { payload: Buffer; opcode: number; final: boolean }[] = []
    const pings: string[] = []
    for (const [index, payload] of all.flatMap(zwsPayloads).entries()) {
      const { pieces: shares = [], control: aside } = plans[index % plans.length] ?? {}
      const fragments = shares.length === 0 ? [payload] : withEmpty(payload, shares)
      for (const [at, fragment] of fragments.entries()) {
        const opcode = at === 0 ? BINARY : CONTINUATION
        const final = at === fragments.length - 1
        frames.push({ payload: Buffer.from(fragment), opcode, final })
        if (aside === null || aside === undefined) continue
        frames.push({ payload: Buffer.from(aside.context), opcode: aside.opcode, final: true })
        if (aside.opcode === PING) pings.push(Buffer.from(aside.context).toString('latin1'))
      }
    }
    return { all, frames, pings }
  })
}

/** Fragments of a payload, the last of them empty. */
function withEmpty(payload: Buffer, shares: readonly number[]): Uint8Array[] {
  const offsets = shares.map((share) => Math.floor(share * payload.length))
  return [...cut(payload, offsets), new Uint8Array(0)]
}
