import { describe, expect, it } from 'vitest'
import * as node from '../../src/node/key-pair.js'
import * as browser from '../../src/security/browser-key-pair.js'
import { noble } from '../../src/security/engines/noble.js'
import { encodeKeyPair } from '../../src/security/key-pair.js'
import { decodeZ85 } from '../../src/util/z85.js'

describe.each([
  { title: 'Node', generateKeyPair: node.generateKeyPair },
  { title: 'browsers', generateKeyPair: browser.generateKeyPair },
])('key pairs of $title', ({ generateKeyPair }) => {
  it('belong together, and are never the same', () => {
    const pairs = [generateKeyPair(), generateKeyPair()]
    for (const { publicKey, secretKey } of pairs) {
      expect(secretKey).toHaveLength(32)
      expect(Buffer.from(publicKey)).toEqual(Buffer.from(noble.publicKey(secretKey)))
    }
    expect(pairs[0]).not.toEqual(pairs[1])
  })

  it('are written in Z85', () => {
    const pair = generateKeyPair()
    const { publicKey, secretKey } = encodeKeyPair(pair)
    expect([publicKey.length, secretKey.length]).toEqual([40, 40])
    expect(Buffer.from(decodeZ85(publicKey) ?? [])).toEqual(Buffer.from(pair.publicKey))
    expect(Buffer.from(decodeZ85(secretKey) ?? [])).toEqual(Buffer.from(pair.secretKey))
  })
})
