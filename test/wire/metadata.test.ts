import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/wire/limits.js'
import { decodeMetadata, encodeProperty } from '../../src/wire/metadata.js'
import { texts } from '../support/messages.js'
import { holds } from '../support/property.js'
import { property } from '../support/wire.js'

function decoded(bytes: Uint8Array): [string, string][] {
  return [...decodeMetadata(bytes)].map(([name, value]) => [name, texts([value])[0] ?? ''])
}

describe('properties that are accepted', () => {
  it.each<{ title: string; bytes: Buffer; properties: [string, string][] }>([
    { title: 'none', bytes: Buffer.alloc(0), properties: [] },
    { title: 'one', bytes: property('Identity', 'me'), properties: [['identity', 'me']] },
    { title: 'an empty value', bytes: property('Identity', ''), properties: [['identity', '']] },
    {
      title: 'M-1 names in any case',
      bytes: Buffer.concat([property('SOCKET-TYPE', 'PUSH'), property('identity', 'me')]),
      properties: [
        ['socket-type', 'PUSH'],
        ['identity', 'me'],
      ],
    },
    {
      title: 'M-2 a name twice: the first counts',
      bytes: Buffer.concat([property('Identity', 'first'), property('IDENTITY', 'second')]),
      properties: [['identity', 'first']],
    },
    {
      title: 'names that mean something to JavaScript',
      bytes: Buffer.concat([property('__proto__', 'a'), property('constructor', 'b')]),
      properties: [
        ['__proto__', 'a'],
        ['constructor', 'b'],
      ],
    },
    {
      title: 'the longest name',
      bytes: property('x'.repeat(255), 'v'),
      properties: [['x'.repeat(255), 'v']],
    },
    {
      title: 'a long value',
      bytes: property('X-Long', 'v'.repeat(60_000)),
      properties: [['x-long', 'v'.repeat(60_000)]],
    },
  ])('$title', ({ bytes, properties }) => {
    expect(decoded(bytes)).toEqual(properties)
  })

  it('as they were made', () => {
    const name = fc.stringMatching(/^[a-z0-9._+-]{1,40}$/)
    const value = fc.uint8Array({ maxLength: 300 })
    holds(
      fc.property(fc.dictionary(name, value, { maxKeys: 8, noNullPrototype: true }), (wanted) => {
        const entries = Object.entries(wanted)
        const bytes = Buffer.concat(entries.map(([key, content]) => encodeProperty(key, content)))
        const seen = decodeMetadata(bytes)
        expect([...seen.keys()]).toEqual(entries.map(([key]) => key))
        for (const [key, content] of entries)
          expect(Uint8Array.from(seen.get(key) ?? [])).toEqual(content)
      }),
    )
  })

  it('and they keep no hold on the bytes they came in', () => {
    const bytes = property('Identity', 'me')
    const metadata = decodeMetadata(bytes)
    bytes.fill(0)
    expect(String(metadata.get('identity'))).toBe('me')
  })
})

describe('properties that are refused', () => {
  const whole = Buffer.concat([property('Socket-Type', 'PUSH'), property('Identity', 'me')])
  const boundaries = [0, property('Socket-Type', 'PUSH').length, whole.length]
  const refused = expect.objectContaining({ code: 'ERR_ZMTP_INVALID_METADATA' }) as Error

  it('M-3 cut short anywhere but between two', () => {
    for (let size = 0; size <= whole.length; size++) {
      const decode = (): unknown => decodeMetadata(whole.subarray(0, size))
      if (boundaries.includes(size)) expect(decode).not.toThrow()
      else expect(decode).toThrow(refused)
    }
  })

  it('more than there may be, even if all are of one name', () => {
    const most = Array.from({ length: LIMITS.properties }, () => property('x', ''))
    expect(decoded(Buffer.concat(most))).toEqual([['x', '']])
    expect(() => decodeMetadata(Buffer.concat([...most, property('x', '')]))).toThrow(refused)
  })

  it.each([
    { title: 'without a name', bytes: property('', 'value') },
    { title: 'trailing bytes', bytes: Buffer.concat([whole, Buffer.of(0)]) },
    { title: 'a name longer than the rest', bytes: Buffer.from('\xffName', 'latin1') },
    {
      title: 'a value of 2^32 - 1 bytes',
      bytes: Buffer.from('\x04Name\xff\xff\xff\xff', 'latin1'),
    },
    { title: 'a value of 2^31 bytes', bytes: Buffer.from('\x04Name\x80\0\0\0value', 'latin1') },
  ])('$title', ({ bytes }) => {
    expect(() => decodeMetadata(bytes)).toThrow(refused)
  })
})
