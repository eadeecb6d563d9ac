const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const precise = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

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
