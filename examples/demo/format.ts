import type { Share } from './messages.js'

const grouped = new Intl.NumberFormat('en')

export function number(value: number): string {
  return grouped.format(value)
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

export function perSecond({ files, bytes }: Share, start: number): string {
  const seconds = (performance.now() - start) / 1000
  const rate = number(Math.round(files / seconds)).padStart(6)
  return `${rate} files/s ${megabytes(bytes / seconds).padStart(8)}/s`
}
