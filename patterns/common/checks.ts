/** @throws RangeError when it is no whole number from `least` on. */
export function whole(name: string, value: number, least = 1): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new RangeError(`${name} is a whole number from ${least} on, not ${String(value)}`)
}

/** @throws RangeError when it is no time in milliseconds. */
export function milliseconds(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value
  throw new RangeError(`${name} is a time in milliseconds above 0, not ${String(value)}`)
}
