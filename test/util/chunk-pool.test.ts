import { describe, expect, it } from 'vitest'
import { acquireChunk, CHUNK_SIZES, releaseChunk } from '../../src/util/chunk-pool.js'

describe.each(CHUNK_SIZES.map((size, grade) => ({ size, grade })))(
  'chunks of $size bytes',
  ({ size, grade }) => {
    it('are of that size and used again', () => {
      const chunk = acquireChunk(grade)
      expect(chunk).toHaveLength(size)
      releaseChunk(chunk)
      expect(acquireChunk(grade)).toBe(chunk)
    })

    it('are never given to two', () => {
      const chunks = Array.from({ length: 100 }, () => acquireChunk(grade))
      expect(new Set(chunks).size).toBe(100)
      for (const chunk of chunks) releaseChunk(chunk)
      const again = Array.from({ length: 100 }, () => acquireChunk(grade))
      expect(new Set(again).size).toBe(100)
    })

    it('are kept up to half a megabyte', () => {
      const many = (1024 * 1024) / size
      const chunks = Array.from({ length: many }, () => acquireChunk(grade))
      for (const chunk of chunks) releaseChunk(chunk)
      const again = Array.from({ length: many }, () => acquireChunk(grade))
      const old = again.filter((chunk) => chunks.includes(chunk))
      expect(old).toHaveLength((512 * 1024) / size)
    })
  },
)

it('chunks of other sizes are not taken back', () => {
  const odd = new Uint8Array(5000)
  releaseChunk(odd)
  for (const grade of CHUNK_SIZES.keys()) expect(acquireChunk(grade)).not.toBe(odd)
})
