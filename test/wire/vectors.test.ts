import { describe, expect, it } from 'vitest'
import { encodeGreetingRest, encodeSignature, GreetingReader } from '../../src/wire/greeting.js'
import { everySplit, hex } from '../support/chunks.js'
import { decodeAll, encoded } from '../support/fast-codec.js'
import { slowDecode, slowEncode } from '../support/slow-codec.js'
import { vectors, type Vector } from '../support/vectors.js'

describe.each(vectors)('the bytes of libzmq: $title', ({ bytes, items, encode }: Vector) => {
  it('are what we make', () => {
    expect(encoded(encode).toString('hex')).toBe(bytes.toString('hex'))
  })

  it('are understood, however they are cut', () => {
    for (const chunks of everySplit(bytes)) expect(decodeAll(chunks)).toEqual(items)
  })

  it('are the same to the slow codec', () => {
    expect(slowDecode(bytes)).toEqual(items)
    expect(slowEncode(items)).toEqual(bytes)
  })
})

it('one after the other they are understood, however they are cut', () => {
  const stream = Buffer.concat(vectors.map(({ bytes }) => bytes))
  const items = vectors.flatMap((vector) => vector.items)
  for (const chunks of everySplit(stream)) expect(decodeAll(chunks)).toEqual(items)
})

describe('the greeting of libzmq', () => {
  const rest = `03 01 4e554c4c ${'00'.repeat(16)} ${'00'.repeat(32)}`

  it('is what we make, but for the padding', () => {
    expect(Buffer.from(encodeSignature())).toEqual(hex('ff 0000000000000000 7f'))
    expect(Buffer.from(encodeGreetingRest('NULL', false))).toEqual(hex(rest))
  })

  it.each([
    { routingId: 'none', signature: 'ff 00 00 00 00 00 00 00 01 7f' },
    { routingId: 'srv', signature: 'ff 00 00 00 00 00 00 00 04 7f' },
  ])('is understood; routing id: $routingId', ({ signature }) => {
    const reader = new GreetingReader()
    expect(reader.read(hex(signature + rest))).toBe(64)
    expect(reader.greeting).toEqual({ major: 3, minor: 1, mechanism: 'NULL' })
  })
})
