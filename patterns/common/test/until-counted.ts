import { nextTurn } from '../../../test/support/turn.js'

/** Waits until a part of a pattern has counted just so many. */
export async function untilCounted<S extends object>(
  part: { readonly stats: S },
  counts: Partial<S>,
): Promise<void> {
  const names = Object.keys(counts) as (keyof S)[]
  const reached = (stats: S): boolean => names.every((name) => stats[name] === counts[name])
  while (!reached(part.stats)) await nextTurn()
}
