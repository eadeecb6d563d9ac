/**
 * A message as commands pass it on: its parts. What a socket has besides (a routing id, a group) is the
 * first of them.
 */
export type Letter = Uint8Array[]

/** What the first part of a letter is called, where it has a meaning of its own. */
export type Label = 'topic' | 'routingId' | 'group'

/** Bytes of all its parts. */
export function sizeOf(letter: Letter): number {
  let size = 0
  for (const { length } of letter) size += length
  return size
}
