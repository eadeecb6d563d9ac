import fc from 'fast-check'

/** The same cases in every run: a failure seen once is seen again. Change the seed to look further. */
const SEED = 37

/** Checks a property on `runs` random cases, and shrinks the first that fails. */
export function holds<T>(property: fc.IProperty<T>, runs = 200): void {
  fc.assert(property, { seed: SEED, numRuns: runs })
}

/** The same for what takes turns of the event loop. */
export function holdsLater<T>(property: fc.IAsyncProperty<T>, runs = 50): Promise<void> {
  return fc.assert(property, { seed: SEED, numRuns: runs })
}
