import { createRequire } from 'node:module'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Sodium } from 'libsodium'
import { openBox, sealBox, type Engine } from '../../src/security/box.js'
import { noble } from '../../src/security/engines/noble.js'

/*
 * Which engine is loaded where something is missing, and what those do that are left.
 */

const key = Uint8Array.from({ length: 32 }, (_, i) => i)
const nonce = Uint8Array.from({ length: 24 }, (_, i) => i * 3)
const LONGEST = 16_777_216

beforeEach(() => {
  vi.resetModules()
})
afterEach(() => {
  vi.doUnmock('libsodium')
  vi.doUnmock('sodium-native')
  vi.doUnmock('../../src/security/engines/noble.js')
})

function without(...names: readonly string[]): void {
  for (const name of names) {
    vi.doMock(name, () => {
      throw new Error(`Cannot find package '${name}'`)
    })
  }
}

/** As `require()` gives it: there at once, and good for something when it is ready. */
function required(): Sodium & { readonly ready: Promise<void> } {
  const require = createRequire(import.meta.url)
  return require('libsodium') as ReturnType<typeof required>
}

/** libsodium with some of its functions replaced. */
async function libsodiumWith(changes: (sodium: Sodium) => Partial<Sodium>): Promise<Engine> {
  const sodium = required()
  await sodium.ready
  const changed = Object.create(sodium, Object.getOwnPropertyDescriptors(changes(sodium))) as object
  vi.doMock('libsodium', () => ({ default: changed }))
  const { loadLibsodium } = await import('../../src/security/engines/libsodium.js')
  return loadLibsodium()
}

/** Whether an engine makes, and opens, the box of so many bytes that another one makes. */
function works(engine: Engine, length: number): boolean {
  const plaintext = new Uint8Array(length).fill(7)
  const box = sealBox(engine, key, nonce, plaintext)
  const same = Buffer.compare(box, sealBox(noble, key, nonce, plaintext)) === 0
  const opened = openBox(engine, key, nonce, box)
  return same && opened !== undefined && Buffer.compare(opened, plaintext) === 0
}

describe('the engine of Node', () => {
  it('is libsodium in WebAssembly where there is no native one', async () => {
    without('sodium-native')
    const { loadEngine } = await import('../../src/security/engines/node.js')
    const engine = await loadEngine()
    expect(engine.name).toBe('libsodium')
    expect(await loadEngine()).toBe(engine)
    expect([1, 1000, 200_000].map((length) => works(engine, length))).toEqual([true, true, true])
  })

  it('is loaded again when it could not be loaded', async () => {
    without('libsodium')
    const { loadEngine } = await import('../../src/security/engines/node.js')
    await expect(loadEngine()).rejects.toThrow()
    vi.doUnmock('libsodium')
    expect(works(await loadEngine(), 1000)).toBe(true)
  })

  it('is a native one where it can be had', async () => {
    const { loadEngine } = await import('../../src/security/engines/node.js')
    const engine = await loadEngine()
    expect(engine.name).toBe('sodium-native, libsodium')
    expect([1, 1000, 200_000].map((length) => works(engine, length))).toEqual([true, true, true])
  })
})

it('the engine of browsers is noble', async () => {
  const { loadEngine } = await import('../../src/security/engines/browser.js')
  expect((await loadEngine()).name).toBe('noble')
})

describe('libsodium', () => {
  it('is what require() gives as well as what import does', async () => {
    vi.doMock('libsodium', () => ({ default: required() }))
    const { loadLibsodium } = await import('../../src/security/engines/libsodium.js')
    const engine = await loadLibsodium()
    expect([1, 1000, 200_000].map((length) => works(engine, length))).toEqual([true, true, true])
  })

  it('is not used when it cannot be', async () => {
    const loading = libsodiumWith(() => ({ _sodium_init: () => -1 }))
    await expect(loading).rejects.toThrow('libsodium cannot be used')
  })

  it('has no box longer than its memory where there is no other engine', async () => {
    without('../../src/security/engines/noble.js')
    const engine = await libsodiumWith((sodium) => ({
      // Its own memory is had at once; what is longer would be the first to find that there is none.
      _malloc: (size) => (size > 131_072 ? 0 : sodium._malloc(size)),
    }))
    expect(works(engine, 131_072 - 16)).toBe(true)
    expect(() => sealBox(engine, key, nonce, new Uint8Array(131_072))).toThrow(
      expect.objectContaining({ code: 'EMSGSIZE', reason: 'no memory for a box of 131088 bytes' }),
    )
  })

  it('does without another engine as long as there is memory', async () => {
    without('../../src/security/engines/noble.js')
    const { loadLibsodium } = await import('../../src/security/engines/libsodium.js')
    const engine = await loadLibsodium()
    expect(works(engine, 200_000)).toBe(true)
    // That long they are left to another engine, where there is one.
    const plaintext = new Uint8Array(LONGEST)
    const opened = openBox(engine, key, nonce, sealBox(engine, key, nonce, plaintext))
    expect(Buffer.compare(opened ?? Buffer.of(), plaintext)).toBe(0)
  })

  it('leaves to another engine what there is no memory for', async () => {
    const engine = await libsodiumWith((sodium) => ({
      _malloc: (size) => (size > 131_072 ? 0 : sodium._malloc(size)),
    }))
    expect(works(engine, 131_072)).toBe(true)
  })

  it('leaves nothing to another engine with a key that was wiped', async () => {
    const { loadLibsodium } = await import('../../src/security/engines/libsodium.js')
    const boxes = (await loadLibsodium()).boxes(key, nonce.subarray(0, 16))
    const box = new Uint8Array(LONGEST + 17)
    boxes.wipe()
    expect(() => {
      boxes.seal(0, 1, 0, box.subarray(17), box, 0)
    }).toThrow('wiped')
    expect(() => boxes.open(0, 1, box, 0, box.length)).toThrow('wiped')
  })
})
