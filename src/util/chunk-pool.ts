import { allocate } from './bytes.js'

/** Sizes of output chunks, each four times the last: a lone message takes a small one, a flood the largest. */
export const CHUNK_SIZES = [1024, 4096, 16384, 65536] as const

/** At most this many idle bytes of each size are kept for reuse. */
const KEEP = 512 * 1024

const idle: Uint8Array[][] = CHUNK_SIZES.map(() => [])

/** A chunk of `CHUNK_SIZES[grade]` bytes, its content undefined. */
export function acquireChunk(grade: number): Uint8Array {
  return idle[grade]?.pop() ?? allocate(CHUNK_SIZES[grade] ?? 65536)
}

/** Gives back a chunk that nobody refers to any more. */
export function releaseChunk(chunk: Uint8Array): void {
  const shelf = idle[CHUNK_SIZES.indexOf(chunk.length as (typeof CHUNK_SIZES)[number])]
  if (shelf !== undefined && shelf.length * chunk.length < KEEP) shelf.push(chunk)
}
