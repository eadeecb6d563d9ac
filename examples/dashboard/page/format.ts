const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const precise = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const units = ['B', 'kB', 'MB', 'GB']

/** A number as short as it can be read. */
export function number(value: number): string {
  return (value < 10 ? precise : whole).format(value)
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${whole.format(value)} ${value === 1 ? one : many}`
}

export function megabytes(bytes: number): string {
  return `${number(bytes / 1e6)} MB`
}

/** In the largest unit of which there is at least one. */
export function byteCount(bytes: number): string {
  if (bytes < 1) return '0'
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  return `${number(bytes / 1000 ** power)} ${units[power] ?? ''}`
}
