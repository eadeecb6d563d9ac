import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encodeGreetingRest,
  encodeSignature,
  GREETING_SIZE,
  GreetingReader,
  SIGNATURE_SIZE,
} from '../../src/wire/greeting.js'
import { cutAt, cuts, everySplit } from '../support/chunks.js'
import { holds } from '../support/property.js'
import { greeting } from '../support/wire.js'

/** A greeting with some of its bytes replaced. */
function altered(changes: Record<number, number | string>, base = greeting()): Buffer {
  const bytes = Buffer.from(base)
  for (const [at, value] of Object.entries(changes)) {
    if (typeof value === 'number') bytes[Number(at)] = value
    else bytes.write(value, Number(at), 'latin1')
  }
  return bytes
}

/** Reads chunks as a session does: what the greeting leaves over is traffic. */
function read(chunks: readonly Uint8Array[]) {
  const reader = new GreetingReader()
  let traffic = ''
  for (const chunk of chunks) {
    traffic += Buffer.from(chunk.subarray(reader.read(chunk))).toString('latin1')
  }
  return { greeting: reader.greeting, traffic }
}

const plain = { major: 3, minor: 1, mechanism: 'NULL' }

describe('greetings that are accepted', () => {
  it.each([
    { title: '3.1', bytes: greeting(), said: plain },
    { title: '3.0', bytes: greeting({ minor: 0 }), said: { ...plain, minor: 0 } },
    { title: 'G-1 3.255', bytes: greeting({ minor: 255 }), said: { ...plain, minor: 255 } },
    {
      title: 'G-1 4.0',
      bytes: greeting({ major: 4, minor: 0 }),
      said: { ...plain, major: 4, minor: 0 },
    },
    {
      title: 'G-1 9.9',
      bytes: greeting({ major: 9, minor: 9 }),
      said: { ...plain, major: 9, minor: 9 },
    },
    { title: 'G-1 255.1', bytes: greeting({ major: 255 }), said: { ...plain, major: 255 } },
    { title: 'G-2 any padding', bytes: altered({ 1: '\x01\x02\xff\x00ABC\x7f' }), said: plain },
    { title: 'an odd byte 9', bytes: altered({ 9: 0x01 }), said: plain },
    { title: 'byte 9 of FF', bytes: altered({ 9: 0xff }), said: plain },
    { title: 'G-12 a server of NULL', bytes: greeting({ asServer: true }), said: plain },
    { title: 'an as-server byte of 9', bytes: altered({ 32: 9 }), said: plain },
    { title: 'a filler that is not zero', bytes: altered({ 33: 'x'.repeat(31) }), said: plain },
    {
      title: 'another mechanism, for others to judge',
      bytes: greeting({ mechanism: 'CURVE' }),
      said: { ...plain, mechanism: 'CURVE' },
    },
    {
      title: 'a mechanism of 20 characters',
      bytes: greeting({ mechanism: 'ABCDEFGHIJKLMNOPQRST' }),
      said: { ...plain, mechanism: 'ABCDEFGHIJKLMNOPQRST' },
    },
    {
      title: 'no mechanism',
      bytes: greeting({ mechanism: '' }),
      said: { ...plain, mechanism: '' },
    },
  ])('$title, however it is cut', ({ bytes, said }) => {
    for (const chunks of everySplit(Buffer.concat([bytes, Buffer.from('traffic')]))) {
      expect(read(chunks)).toEqual({ greeting: said, traffic: 'traffic' })
    }
  })

  it('any, whatever its padding, version, filler and cuts', () => {
    const fields = fc.record({
      padding: fc.uint8Array({ minLength: 8, maxLength: 8 }),
      odd: fc.nat(127),
      major: fc.integer({ min: 3, max: 255 }),
      minor: fc.nat(255),
      filler: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    })
    holds(
      fc.property(fields, cuts, ({ padding, odd, major, minor, filler }, shares) => {
        const bytes = greeting({ major, minor })
        bytes.set(padding, 1)
        bytes[9] = odd * 2 + 1
        bytes.set(filler, 32)
        expect(read(cutAt(bytes, shares)).greeting).toEqual({ major, minor, mechanism: 'NULL' })
      }),
    )
  })
})

describe('G-7 a mechanism is compared to the byte', () => {
  it.each(['null', 'NULL ', 'NULL\0x', 'NUL', '\0NULL', 'NULLNULL'])('%j is not NULL', (name) => {
    expect(read([greeting({ mechanism: name })]).greeting?.mechanism).not.toBe('NULL')
  })
})

describe('greetings that are refused, at the first byte that tells', () => {
  it.each([
    { title: 'ZMTP 1.0, anonymous', bytes: altered({ 0: 0x01 }), at: 0 },
    { title: 'ZMTP 1.0 with a short identity', bytes: altered({ 0: 0x04 }), at: 0 },
    { title: 'HTTP', bytes: altered({ 0: 'GET / HTTP/1.1\r\n' }), at: 0 },
    { title: 'TLS', bytes: altered({ 0: 0x16 }), at: 0 },
    { title: 'nothing but zeros', bytes: Buffer.alloc(GREETING_SIZE), at: 0 },
    { title: 'ZMTP 1.0 with a long identity', bytes: altered({ 9: 0x00 }), at: 9 },
    { title: 'an even byte 9', bytes: altered({ 9: 0x7e }), at: 9 },
    { title: 'G-13 revision 0', bytes: altered({ 10: 0 }), at: 10 },
    { title: 'ZMTP 2.0', bytes: altered({ 10: 1 }), at: 10 },
    { title: 'revision 2', bytes: altered({ 10: 2 }), at: 10 },
  ])('$title', ({ bytes, at }) => {
    const fault = expect.objectContaining({ code: 'EPROTO' }) as Error
    for (let size = 1; size <= bytes.length; size++) {
      const reader = new GreetingReader()
      const half = Math.floor(size / 2)
      const work = (): void => {
        reader.read(bytes.subarray(0, half))
        reader.read(bytes.subarray(half, size))
      }
      if (size <= at) expect(work).not.toThrow()
      else expect(work).toThrow(fault)
    }
  })
})

describe('stages', () => {
  it('the signature is known from its tenth byte on, the greeting from the last', () => {
    const reader = new GreetingReader()
    const bytes = greeting()
    for (let filled = 1; filled <= GREETING_SIZE; filled++) {
      reader.read(bytes.subarray(filled - 1, filled))
      expect(reader.hasSignature).toBe(filled >= SIGNATURE_SIZE)
      expect(reader.greeting === undefined).toBe(filled < GREETING_SIZE)
    }
  })

  it('our own signature and rest are a greeting, which we understand', () => {
    const bytes = Buffer.concat([encodeSignature(), encodeGreetingRest('PLAIN', true)])
    expect(bytes).toEqual(greeting({ mechanism: 'PLAIN', asServer: true }))
    expect(read([bytes]).greeting).toEqual({ major: 3, minor: 1, mechanism: 'PLAIN' })
  })
})
