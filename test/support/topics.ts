import fc from 'fast-check'

/** Topics that share much: few bytes, with the odd ones among them, long common prefixes, and none at all. */
export const topic: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', '', '', 'common', 'common/prefix/', '\0\xff'),
    fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\xff'), maxLength: 5 }),
  )
  .map(([prefix, rest]) => prefix + rest)

/** Text of one character a byte as bytes. */
export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
