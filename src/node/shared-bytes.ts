/*
 * Copies to and from shared memory. The engine copies that in words only if both sides begin at the
 * same place within a word, and otherwise byte by byte, at a sixth of the speed.
 */

const WORD = 8

/** Below this a detour costs more than it spares. */
const FEW = 64

const DETOUR = 65_536

/** Memory of this thread alone, with room for any shift. */
const detour = Buffer.allocUnsafeSlow(DETOUR + WORD)

/** Copies bytes to the beginning of others; `shared` is the one of the two that is shared memory. */
export function copy(from: Uint8Array, to: Uint8Array, shared: Uint8Array): void {
  const shift = shared.byteOffset % WORD
  const other = shared === from ? to : from
  if (from.length < FEW || other.byteOffset % WORD === shift) {
    to.set(from)
    return
  }
  // Through private memory, where it does not matter; pieces are of whole words, so the shift stays.
  for (let at = 0; at < from.length; at += DETOUR) {
    const piece = from.subarray(at, at + DETOUR)
    detour.set(piece, shift)
    to.set(detour.subarray(shift, shift + piece.length), at)
  }
}

/** A private copy of shared bytes. */
export function copyOfShared(bytes: Uint8Array): Uint8Array {
  const shift = bytes.byteOffset % WORD
  const memory = Buffer.allocUnsafe(shift + bytes.length)
  memory.set(bytes, shift)
  return memory.subarray(shift)
}
