import { describe, expect, it } from 'vitest'
import { FrameDecoder } from '../../src/wire/frame-decoder.js'
import { FrameEncoder } from '../../src/wire/frame-encoder.js'
import { SMALL_PIECE } from '../support/small-piece.js'

const CHUNK = 65_536

/** A chunk as a flood of messages of one size fills it, in memory of its own. */
function floodOf(size: number): Buffer {
  const encoder = new FrameEncoder()
  for (let sent = 0; encoder.bytes < CHUNK; sent++) {
    encoder.message([Buffer.alloc(size, sent % 256)])
  }
  const chunk = Buffer.allocUnsafeSlow(CHUNK)
  Buffer.concat(encoder.take()).copy(chunk)
  return chunk
}

function framesOf(chunk: Buffer): Uint8Array[] {
  const decoder = new FrameDecoder({ maxMessageSize: -1 }, () => undefined)
  decoder.push(chunk)
  const frames: Uint8Array[] = []
  for (let parts = decoder.next(); parts !== undefined; parts = decoder.next())
    frames.push(...parts)
  return frames
}

describe('a frame that somebody keeps', () => {
  it.each([1, 16, 100, 191])('pins a small piece when it has %i bytes', (size) => {
    const frames = framesOf(floodOf(size))
    expect(frames.length).toBe(Math.floor(CHUNK / (size + 2)))
    for (const [index, frame] of frames.entries()) {
      expect(frame.buffer.byteLength).toBeLessThanOrEqual(SMALL_PIECE)
      expect(Buffer.compare(frame, Buffer.alloc(size, index % 256))).toBe(0)
    }
  })

  it.each([192, 300, 4000])('pins at most what was read with it when it has %i bytes', (size) => {
    const frames = framesOf(floodOf(size))
    for (const [index, frame] of frames.entries()) {
      expect(frame.buffer.byteLength).toBeLessThanOrEqual(CHUNK)
      expect(Buffer.compare(frame, Buffer.alloc(size, index % 256))).toBe(0)
    }
  })

  it('is not touched by what comes later', () => {
    const decoder = new FrameDecoder({ maxMessageSize: -1 }, () => undefined)
    const kept: Uint8Array[] = []
    for (const value of ['a', 'b', 'c']) {
      const encoder = new FrameEncoder()
      for (let i = 0; i < 1000; i++) encoder.message([Buffer.alloc(32, value)])
      decoder.push(Buffer.concat(encoder.take()))
      for (let parts = decoder.next(); parts !== undefined; parts = decoder.next()) {
        kept.push(...parts)
      }
    }
    const texts = kept.map(String)
    expect(new Set(texts.slice(0, 1000))).toEqual(new Set(['a'.repeat(32)]))
    expect(new Set(texts.slice(2000))).toEqual(new Set(['c'.repeat(32)]))
    expect(texts).toHaveLength(3000)
  })
})
