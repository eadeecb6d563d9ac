/** The value below which `share` of the sorted values lie. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

export function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b)
}

/** Of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const ascending = sorted(values)
  const half = ascending.length / 2
  return (quantile(ascending, 0.5) + (ascending[Math.ceil(half) - 1] ?? NaN)) / 2
}

/** How far the values lie from the middle at most, as a share of the median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values)
}
