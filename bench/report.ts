import { FIGURES, significant } from './figures.js'
import {
  factor,
  reachedFactor,
  type Circumstances,
  type Performance,
  type RowResult,
} from './results.js'
import type { Figure } from './task.js'

/** For the terminal and the document: what the numbers were measured on. */
export function circumstancesText(facts: Circumstances): string {
  const { date, machine, system, node, zerowire, native, beside = [], rounds, scale } = facts
  const scaled = scale === 1 ? '' : `, ${scale} of the usual messages: not a measurement`
  const others = [native, ...beside].join(', ')
  return `${date.slice(0, 10)}, ${machine}, ${system}, Node ${node}, zerowire ${zerowire}, ${others}; medians of ${rounds}${scaled}`
}

/** A row for the terminal: the ratio first, then who did what. */
export function rowText({ name, title, figure, ratio, goals, libraries }: RowResult): string {
  const verdicts = goals.map((result) => {
    const { goal, met } = result
    const reached = reachedFactor(result)
    const verdict = `goal ${goal} ${met === null ? 'unknown' : met ? 'met' : 'MISSED'}`
    return reached === undefined ? verdict : `${reached}, ${verdict}`
  })
  const compared = libraries.native === undefined ? '' : factor(ratio)
  const head = [`${name.padEnd(13)}${compared.padStart(7)}`, title, ...verdicts].join('   ')
  const lines = Object.entries(libraries).map(
    ([library, performance]) => `    ${library.padEnd(10)} ${performanceText(figure, performance)}`,
  )
  return [head, ...lines].join('\n')
}

function performanceText(figure: Figure, performance: Performance): string {
  const { failure, spread, cpuSeconds, peakResident, peakHeap } = performance
  if (failure !== undefined) return `n/a (${failure})`
  return [
    `${figureText(figure, performance)} ±${((spread ?? 0) * 100).toFixed(0)} %`,
    ...otherFigures(figure, performance),
    `${significant(cpuSeconds ?? 0)} CPU s/M`,
    `peak ${mib(peakResident)} MiB resident, ${mib(peakHeap)} MiB heap`,
  ].join(', ')
}

/** The figure that is compared. */
export function figureText(figure: Figure, { median }: Performance): string {
  return median === null ? 'n/a' : FIGURES[figure].text(median)
}

/** What else was seen: the bytes of a rate, the tail of a latency. */
export function otherFigures(figure: Figure, { figures }: Performance): string[] {
  const names = COMPANIONS[figure] ?? []
  return names.flatMap((name) => {
    const value = figures[name]
    return value === undefined ? [] : [FIGURES[name].text(value)]
  })
}

const COMPANIONS: Readonly<Partial<Record<Figure, readonly Figure[]>>> = {
  rate: ['throughput'],
  p50: ['p99'],
  resident: ['heap'],
  timer: ['rate'],
}

export function mib(bytes: number | null): string {
  return bytes === null ? 'n/a' : (bytes / 1_048_576).toFixed(0)
}
