import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadEngine } from '../../src/security/engines/node.js'
import { loadLibsodium } from '../../src/security/engines/libsodium.js'
import { loadSodiumNative } from '../../src/security/engines/sodium-native.js'
import {
  KEY_SIZE,
  MAC_SIZE,
  newKeyPair,
  NONCE_SIZE,
  openBox,
  PREFIX_SIZE,
  sameSecret,
  sealBox,
  wipe,
  type Engine,
  type Random,
} from '../../src/security/box.js'
import { noble } from '../../src/security/engines/noble.js'
import { hex } from '../support/chunks.js'
import { holds } from '../support/property.js'

const libsodium = await loadLibsodium()
const native = await loadSodiumNative(libsodium)
if (native === undefined) throw new Error('sodium-native is a development dependency')
const engines: readonly Engine[] = [noble, libsodium, native]

// The two of "Cryptography in NaCl" (2009), which RFC 7748 section 6.1 has as well.
const alice = {
  secretKey: hex('77076d0a7318a57d3c16c17251b26645 df4c2f87ebc0992ab177fba51db92c2a'),
  publicKey: hex('8520f0098930a754748b7ddcb43ef75a 0dbf3a0d26381af4eba4a98eaa9b4e6a'),
}
const bob = {
  secretKey: hex('5dab087e624a8a4b79e17f8b83800ee6 6f3bb1292618b6fd1c2f8b27ff88e0eb'),
  publicKey: hex('de9edb7d7b7dc1b4d35b61c2ece43537 3f8343c85b78674dadfc7e146f882b4f'),
}
const key = hex('1b27556473e985d462cd51197a9a46c7 6009549eac6474f206c4ee0844f68389')
const nonce = hex('69696ee955b62b73cd62bda875fc73d6 8219e0036b7a0b37')
const plaintext = hex(
  'be075fc53c81f2d5cf141316ebeb0c7b 5228c52a4c62cbd44b66849b64244ffc' +
    'e5ecbaaf33bd751a1ac728d45e6c6129 6cdc3c01233561f41db66cce314adb31' +
    '0e3be8250c46f06dceea3a7fa1348057 e2f6556ad6b1318a024a838f21af1fde' +
    '048977eb48f59ffd4924ca1c60902e52 f0a089bc76897040e082f93776384864 5e0705',
)
const box = hex(
  'f3ffc7703f9400e52a7dfb4b3d3305d9 8e993b9f48681273c29650ba32fc76ce' +
    '48332ea7164d96a4476fb8c531a1186a c0dfc17c98dce87b4da7f011ec48c972' +
    '71d2c20f9b928fe2270d6fb863d51738 b48eeee314a7cc8ab932164548e526ae' +
    '90224368517acfeabd6bb3732bc0e9da 99832b61ca01b6de56244a9e88d5f9b3' +
    '7973f622a43d14a6599b1f654cb45a74 e355a5',
)

/** Points with which everybody shares the same: of small order, in all their spellings. */
const WEAK_POINTS = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(31)}`,
]

const random: Random = (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>)

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i * 7 + length)
}

const nonces = fc.uint8Array({ minLength: NONCE_SIZE, maxLength: NONCE_SIZE })
const keys = fc.uint8Array({ minLength: KEY_SIZE, maxLength: KEY_SIZE })

describe.each(engines)('$name', (engine) => {
  it('knows the key pairs of RFC 7748', () => {
    expect(Buffer.from(engine.publicKey(alice.secretKey))).toEqual(alice.publicKey)
    expect(Buffer.from(engine.publicKey(bob.secretKey))).toEqual(bob.publicKey)
    const nine = Uint8Array.of(9, ...new Uint8Array(31))
    expect(Buffer.from(engine.publicKey(nine)).toString('hex')).toBe(
      '422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079',
    )
  })

  it('finds what the two of NaCl have in common, from either side', () => {
    expect(Buffer.from(engine.sharedKey(bob.publicKey, alice.secretKey) ?? [])).toEqual(key)
    expect(Buffer.from(engine.sharedKey(alice.publicKey, bob.secretKey) ?? [])).toEqual(key)
  })

  it.each(WEAK_POINTS)('shares nothing with the weak point %s', (point) => {
    expect(engine.sharedKey(hex(point), alice.secretKey)).toBeUndefined()
  })

  it("seals and opens NaCl's box", () => {
    expect(Buffer.from(sealBox(engine, key, nonce, plaintext))).toEqual(box)
    expect(Buffer.from(openBox(engine, key, nonce, box) ?? [])).toEqual(plaintext)
  })

  it('opens an empty box, and nothing shorter', () => {
    const empty = hex('2539121d8e234e652d651fa4c8cff880')
    expect(openBox(engine, key, nonce, empty)).toEqual(new Uint8Array())
    expect(openBox(engine, key, nonce, empty.subarray(1))).toBeUndefined()
    expect(openBox(engine, key, nonce, new Uint8Array(MAC_SIZE))).toBeUndefined()
  })

  it('makes the boxes of 1 to 300 bytes that the others make', () => {
    for (let length = 1; length <= 300; length++) compare(length)
  })

  it.each([383, 384, 385, 65_537, 131_054, 131_055, 131_056, 1_000_000])(
    'makes the box of %i bytes that the others make',
    compare,
  )

  function compare(length: number): void {
    const sealed = sealBox(engine, key, nonce, bytes(length))
    expect(Buffer.compare(sealed, sealBox(noble, key, nonce, bytes(length)))).toBe(0)
    expect(Buffer.compare(openBox(engine, key, nonce, sealed) ?? Buffer.of(), bytes(length))).toBe(
      0,
    )
  }

  it('works in the middle of memory, and touches nothing around it', () => {
    for (const length of [3, 200, 5000]) {
      const body = bytes(length)
      const boxes = engine.boxes(key, nonce.subarray(0, PREFIX_SIZE))
      const memory = new Uint8Array(length + 100).fill(0xaa)
      const end = 40 + MAC_SIZE + 1 + length
      boxes.seal(1, 2, 0xff, body, memory, 40)
      expect(memory.subarray(0, 40)).toEqual(new Uint8Array(40).fill(0xaa))
      expect(memory.subarray(end)).toEqual(new Uint8Array(memory.length - end).fill(0xaa))
      expect(boxes.open(1, 2, memory, 40, end)).toBe(true)
      expect(memory[40 + MAC_SIZE]).toBe(0xff)
      expect(memory.subarray(40 + MAC_SIZE + 1, end)).toEqual(body)
      expect(memory.subarray(0, 40)).toEqual(new Uint8Array(40).fill(0xaa))
      expect(memory.subarray(end)).toEqual(new Uint8Array(memory.length - end).fill(0xaa))
    }
  })

  it('opens no box in which a bit is not what it was, nor changes it', () => {
    for (const length of [1, 17, 500]) {
      const sealed = sealBox(engine, key, nonce, bytes(length))
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const bad = Uint8Array.from(sealed)
        bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const boxes = engine.boxes(key, nonce.subarray(0, PREFIX_SIZE))
        const before = Uint8Array.from(bad)
        const [high, low] = [0x8219e003, 0x6b7a0b37]
        expect(boxes.open(high, low, bad, 0, bad.length)).toBe(false)
        expect(Buffer.compare(bad, before)).toBe(0)
      }
    }
  })

  it('opens no box with another nonce or another key', () => {
    const sealed = sealBox(engine, key, nonce, bytes(30))
    for (let i = 0; i < NONCE_SIZE; i++) {
      const other = Uint8Array.from(nonce)
      other[i] = (other[i] ?? 0) ^ 1
      expect(openBox(engine, key, other, sealed)).toBeUndefined()
    }
    expect(openBox(engine, alice.secretKey, nonce, sealed)).toBeUndefined()
  })

  it('tells boxes apart that are used in turn', () => {
    const prefixes = [bytes(PREFIX_SIZE), bytes(PREFIX_SIZE + 1).subarray(1)]
    const all = prefixes.map((prefix) => engine.boxes(key, prefix))
    const out = new Uint8Array(100)
    for (let round = 0; round < 3; round++) {
      for (const [i, boxes] of all.entries()) {
        boxes.seal(0, round, i, bytes(20), out, 0)
        expect(noble.boxes(key, prefixes[i] ?? key).open(0, round, out, 0, 37)).toBe(true)
        expect(out[MAC_SIZE]).toBe(i)
      }
    }
  })

  it('forgets a key that was wiped, and only that one', () => {
    const kept = engine.boxes(key, nonce.subarray(0, PREFIX_SIZE))
    const out = new Uint8Array(1000)
    for (const length of [1, 600]) {
      const wiped = engine.boxes(key, nonce.subarray(0, PREFIX_SIZE))
      wiped.seal(0, 1, 0, bytes(length), out, 0)
      wiped.wipe()
      wiped.wipe()
      expect(() => {
        wiped.seal(0, 2, 0, bytes(length), out, 0)
      }).toThrow('wiped')
      expect(() => wiped.open(0, 2, out, 0, length + 17)).toThrow('wiped')
      expect(kept.open(0, 1, out, 0, length + 17)).toBe(true)
    }
  })

  it('agrees with the others on any key, nonce and plaintext', () => {
    const plaintexts = fc.uint8Array({ minLength: 1, maxLength: 2000 })
    holds(
      fc.property(keys, nonces, plaintexts, (anyKey, anyNonce, any) => {
        const sealed = sealBox(engine, anyKey, anyNonce, any)
        for (const other of engines) {
          expect(openBox(other, anyKey, anyNonce, sealed)).toEqual(any)
        }
      }),
    )
  })

  it('agrees with the others on what two ends have in common', () => {
    holds(
      fc.property(keys, keys, (secretKey, other) => {
        const publicKey = engine.publicKey(secretKey)
        expect(publicKey).toEqual(noble.publicKey(secretKey))
        const shared = engine.sharedKey(publicKey, other)
        expect(shared).toEqual(noble.sharedKey(noble.publicKey(other), secretKey))
      }),
      20,
    )
  })

  it('makes key pairs of the random numbers that it is given', () => {
    const pair = newKeyPair(engine, (secret) => {
      secret.set(alice.secretKey)
    })
    expect(Buffer.from(pair.publicKey)).toEqual(alice.publicKey)
    expect(newKeyPair(engine, random)).not.toEqual(newKeyPair(engine, random))
  })
})

describe('engines', () => {
  it('leave boxes that the memory of WebAssembly should not grow for to one that needs none', () => {
    const body = bytes(16_777_216)
    const sealed = sealBox(libsodium, key, nonce, body)
    expect(Buffer.compare(openBox(native, key, nonce, sealed) ?? Buffer.of(), body)).toBe(0)
    expect(Buffer.compare(openBox(libsodium, key, nonce, sealed) ?? Buffer.of(), body)).toBe(0)
  })

  it('are a native one in Node where its package is installed', async () => {
    expect((await loadEngine()).name).toBe('sodium-native, libsodium')
  })
})

describe('secrets', () => {
  it('are compared to the last byte', () => {
    expect(sameSecret(bytes(32), bytes(32))).toBe(true)
    for (let i = 0; i < 32; i++) {
      const other = bytes(32)
      other[i] = (other[i] ?? 0) ^ 0x80
      expect(sameSecret(bytes(32), other)).toBe(false)
    }
    expect(sameSecret(bytes(32), bytes(32).subarray(0, 31))).toBe(false)
    expect(sameSecret(bytes(32).subarray(0, 31), bytes(32))).toBe(false)
  })

  it('are overwritten when they are wiped', () => {
    const secrets = [bytes(32), bytes(5)]
    wipe(...secrets, undefined)
    expect(secrets).toEqual([new Uint8Array(32), new Uint8Array(5)])
  })
})
