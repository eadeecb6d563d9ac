import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, decodeBeacon, encode, encodeBeacon, type Command } from 'zerowire/patterns/zre'
import { holds } from '../../test/support/property.js'

const limits = { maxHelloBytes: 65_536, maxGroups: 1000 }
const hex = (frame: Uint8Array | undefined) => Buffer.from(frame ?? []).toString('hex')
const bytes = (...text: string[]) => Buffer.from(text.join(''), 'hex')

const name = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\0'))
const byte = fc.nat(255)
const content = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 3 })
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    id: fc.constant('hello' as const),
    endpoint: name,
    groups: fc.array(name, { maxLength: 5 }),
    status: byte,
    name,
    headers: fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' }))).map((all) => new Map(all)),
  }),
  fc.record({ id: fc.constant('whisper' as const), content }),
  fc.record({ id: fc.constant('shout' as const), group: name, content }),
  fc.record({ id: fc.constantFrom('join' as const, 'leave' as const), group: name, status: byte }),
  fc.record({ id: fc.constantFrom('ping' as const, 'ping-ok' as const) }),
)
const sequence = fc.nat(65_535)

describe('commands', () => {
  it.each<[Command, number, string[]]>([
    [
      {
        id: 'hello',
        endpoint: 'tcp://a:1',
        groups: ['G', 'Hé'],
        status: 2,
        name: 'me',
        headers: new Map([['X-A', 'b']]),
      },
      1,
      [
        'aaa101020001' + '09' + Buffer.from('tcp://a:1').toString('hex'),
        '00000002' + '00000001' + '47' + '00000003' + '48c3a9',
        '02' + '02' + '6d65' + '00000001' + '03' + '582d41' + '00000001' + '62',
      ],
    ],
    [{ id: 'whisper', content: [Buffer.from('x')] }, 0x1234, ['aaa102021234']],
    [{ id: 'shout', group: 'G', content: [] }, 2, ['aaa10302000201' + '47']],
    [{ id: 'join', group: 'G', status: 255 }, 65_535, ['aaa10402ffff01' + '47' + 'ff']],
    [{ id: 'leave', group: '', status: 0 }, 0, ['aaa105020000' + '00' + '00']],
    [{ id: 'ping' }, 3, ['aaa106020003']],
    [{ id: 'ping-ok' }, 4, ['aaa107020004']],
  ])('have the bytes of RFC 36: %j', (given, number, expected) => {
    const [frame = new Uint8Array(), ...rest] = encode(given, number)
    expect(hex(frame)).toBe(expected.join(''))
    expect(decode([frame, ...rest], limits)).toEqual({ command: given, sequence: number })
  })

  it('are read as they were written', () => {
    holds(
      fc.property(command, sequence, (given, number) => {
        expect(decode(encode(given, number), limits)).toEqual({ command: given, sequence: number })
      }),
    )
  })

  it('are none when anything is cut off, or follows', () => {
    holds(
      fc.property(command, sequence, (given, number) => {
        const [frame = new Uint8Array(), ...rest] = encode(given, number)
        for (let length = 0; length < frame.length; length++) {
          const decoded = decode([frame.subarray(0, length), ...rest], limits)
          expect(decoded).toBe(length < 2 ? 'signature' : 'malformed')
        }
        expect(decode([Buffer.concat([frame, Buffer.of(0)]), ...rest], limits)).toBe('malformed')
        if (given.id !== 'whisper' && given.id !== 'shout') {
          expect(decode([frame, Buffer.of()], limits)).toBe('malformed')
        }
      }),
    )
  })

  it('do no harm whatever bit is wrong: they are none, or others that are well formed', () => {
    holds(
      fc.property(command, sequence, (given, number) => {
        const [frame = new Uint8Array(), ...rest] = encode(given, number)
        for (let bit = 0; bit < frame.length * 8; bit++) {
          const wrong = Buffer.from(frame)
          wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7))
          const decoded = decode([wrong, ...rest], limits)
          if (bit < 16) expect(decoded).toBe('signature')
          else if (bit >= 24 && bit < 32) expect(decoded).toBe('version')
          else if (typeof decoded === 'string') expect(decoded).toBe('malformed')
          else if (decoded.command) {
            const again = encode(decoded.command, decoded.sequence)
            expect(decode(again, limits)).toEqual(decoded)
          }
        }
      }),
      60,
    )
  })

  it('do no harm whatever comes', () => {
    const start = fc.constantFrom('', 'aaa1', 'aaa10102', 'aaa101020001', 'aaa10402')
    holds(
      fc.property(start, fc.array(fc.uint8Array()), (head, frames) => {
        const [first = new Uint8Array(), ...rest] = frames
        const decoded = decode([Buffer.concat([bytes(head), first]), ...rest], limits)
        expect(['string', 'object']).toContain(typeof decoded)
      }),
      2000,
    )
    expect(decode([], limits)).toBe('signature')
  })

  it.each([
    ['groups', '00', 'ffffffff'],
    ['headers', '00', '00000000', '00', '00', 'ffffffff'],
    ['a text', '00', '00000001', 'ffffffff'],
  ])('announce no more %s than there is room for', (_, ...fields) => {
    expect(decode([bytes('aaa101020001', ...fields)], limits)).toBe('malformed')
  })

  it('hold texts that are texts', () => {
    expect(decode([bytes('aaa10402000101', 'ff', '00')], limits)).toBe('malformed')
    const group = 'é'.repeat(128)
    expect(() => encode({ id: 'join', group, status: 0 }, 1)).toThrow('not 256')
  })

  it('tell the sequence of what is unknown', () => {
    expect(decode([bytes('aaa10a020007', '0102')], limits)).toEqual({
      command: undefined,
      sequence: 7,
    })
  })

  it('are limited where others choose their length', () => {
    const headers = new Map([['X', 'x'.repeat(200)]])
    const hello = { id: 'hello', endpoint: '', groups: ['a', 'b'], status: 0, name: '' } as const
    const frames = encode<Uint8Array>({ ...hello, headers }, 1)
    expect(decode(frames, { ...limits, maxHelloBytes: 200 })).toBe('limit')
    expect(decode(frames, { ...limits, maxGroups: 1 })).toBe('limit')
    expect(decode(frames, { maxHelloBytes: frames[0]?.length ?? 0, maxGroups: 2 })).toBeTypeOf(
      'object',
    )
  })
})

describe('beacons', () => {
  const uuid = Uint8Array.from({ length: 16 }, (_, i) => i)

  it('have the 22 bytes of RFC 36', () => {
    const expected = '5a524501' + '000102030405060708090a0b0c0d0e0f' + 'c001'
    expect(hex(encodeBeacon(uuid, 0xc001))).toBe(expected)
    expect(decodeBeacon(bytes(expected))).toEqual({ uuid, port: 0xc001 })
    expect(decodeBeacon(encodeBeacon(uuid, 0))).toEqual({ uuid, port: 0 })
  })

  it('are none when the length or the header is wrong', () => {
    const beacon = Buffer.from(encodeBeacon(uuid, 5))
    for (let i = 0; i < 4; i++) {
      const wrong = Buffer.from(beacon)
      wrong[i] = (wrong[i] ?? 0) ^ 2
      expect(decodeBeacon(wrong)).toBeUndefined()
    }
    // Version 3 has a key at its end.
    const version3 = Buffer.concat([Buffer.from('ZRE\x03'), Buffer.alloc(50)])
    for (const other of [
      version3,
      beacon.subarray(1),
      Buffer.concat([beacon, beacon]),
      Buffer.of(),
    ]) {
      expect(decodeBeacon(other)).toBeUndefined()
    }
  })
})
