import type { Figure } from './task.js'

interface FigureText {
  readonly better: 'more' | 'less'
  readonly text: (value: number) => string
}

/** How figures are read. */
export const FIGURES: Readonly<Record<Figure, FigureText>> = {
  rate: { better: 'more', text: (value) => `${short(value)}/s` },
  throughput: { better: 'more', text: (value) => `${short(value)}B/s` },
  p50: { better: 'less', text: (value) => `p50 ${value.toFixed(0)} us` },
  p99: { better: 'less', text: (value) => `p99 ${value.toFixed(0)} us` },
  resident: { better: 'less', text: (value) => `${kib(value)} resident` },
  heap: { better: 'less', text: (value) => `${kib(value)} of heap` },
  timer: { better: 'less', text: (value) => `${value.toFixed(1)} ms` },
  duration: { better: 'less', text: (value) => `${significant(value)} s` },
}

/** How many times better `value` is than `other`. */
export function ratio(figure: Figure, value: number, other: number): number {
  return FIGURES[figure].better === 'more' ? value / other : other / value
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`
}

/** Three digits that say something. */
export function significant(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(value, 0.01))))
  return value.toFixed(digits)
}

/** With a decimal prefix. */
function short(value: number): string {
  const [divisor, prefix] =
    value >= 1e9 ? [1e9, 'G'] : value >= 1e6 ? [1e6, 'M'] : value >= 1e3 ? [1e3, 'k'] : [1, '']
  return `${significant(value / divisor)} ${prefix}`
}
