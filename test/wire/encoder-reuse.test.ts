import fc from 'fast-check'
import { expect, it } from 'vitest'
import { acquireChunk, CHUNK_SIZES, releaseChunk } from '../../src/util/chunk-pool.js'
import { FrameEncoder } from '../../src/wire/frame-encoder.js'
import { pattern } from '../support/messages.js'
import { holds } from '../support/property.js'
import { slowEncode } from '../support/slow-codec.js'

/** Bytes that were handed out, and what they were then. */
interface Batch {
  readonly chunks: readonly Uint8Array[]
  readonly expected: Buffer
}

/** An encoder and whoever writes what it makes. */
class Writer {
  readonly #encoder = new FrameEncoder()
  #waiting: Buffer[] = []
  /** Handed out and still being written. */
  #batch: Batch | undefined
  /** Given to a system that never said it was done. */
  readonly #abandoned: Batch[] = []
  #seed = 0

  /** Encodes a message, unless a batch is out: writers take, write and let go in one go. */
  encode(size: number): void {
    if (this.#batch !== undefined) return
    const body = pattern(size, this.#seed++)
    this.#encoder.message([body])
    this.#waiting.push(slowEncode([{ message: [body.toString('latin1')] }]))
  }

  take(): void {
    if (this.#batch !== undefined) return
    this.#batch = { chunks: this.#encoder.take(), expected: Buffer.concat(this.#waiting) }
    this.#waiting = []
  }

  release(): void {
    this.check()
    if (this.#batch === undefined) return
    this.#batch = undefined
    this.#encoder.release()
  }

  abandon(): void {
    if (this.#batch === undefined) return
    this.#abandoned.push(this.#batch)
    this.#batch = undefined
    this.#encoder.abandon()
  }

  /** Nothing that is still being written has changed. */
  check(): void {
    for (const { chunks, expected } of [
      ...this.#abandoned,
      ...(this.#batch ? [this.#batch] : []),
    ]) {
      expect(Buffer.concat(chunks).equals(expected)).toBe(true)
    }
  }
}

/** Somebody else who uses the pool, and leaves nothing as it was. */
function vandalize(): void {
  const chunks = CHUNK_SIZES.flatMap((_size, grade) => [acquireChunk(grade), acquireChunk(grade)])
  for (const chunk of chunks) chunk.fill(0xaa)
  for (const chunk of chunks) releaseChunk(chunk)
}

it('bytes stay as they are until release(), and for ever after abandon()', () => {
  const size = fc.oneof(fc.nat(40), fc.nat(4096), fc.constantFrom(1000, 4096, 4097, 30_000))
  const writer = fc.nat(2)
  const action = fc.oneof(
    { weight: 16, arbitrary: fc.record({ do: fc.constant('encode' as const), writer, size }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom('take' as const, 'release' as const, 'abandon' as const),
        writer,
        size: fc.constant(0),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.constant({ do: 'vandalize' as const, writer: 0, size: 0 }),
    },
  )
  holds(
    fc.property(fc.array(action, { minLength: 60, maxLength: 240, size: 'max' }), (actions) => {
      const writers = [new Writer(), new Writer(), new Writer()]
      for (const step of actions) {
        if (step.do === 'vandalize') vandalize()
        else if (step.do === 'encode') writers[step.writer]?.encode(step.size)
        else writers[step.writer]?.[step.do]()
      }
      vandalize()
      for (const each of writers) each.check()
    }),
  )
})

it('chunks are used again after release(), and only then', () => {
  const chunkAfter = (end: 'release' | 'abandon'): [ArrayBufferLike, ArrayBufferLike] => {
    const memory = (encoder: FrameEncoder): ArrayBufferLike => {
      encoder.message([Buffer.from('message')])
      return encoder.take()[0]?.buffer ?? new ArrayBuffer(0)
    }
    const encoder = new FrameEncoder()
    const first = memory(encoder)
    encoder[end]()
    return [first, memory(new FrameEncoder())]
  }
  const [released, next] = chunkAfter('release')
  expect(next).toBe(released)
  const [abandoned, other] = chunkAfter('abandon')
  expect(other).not.toBe(abandoned)
})
