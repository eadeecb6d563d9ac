import { significant } from './figures.js'
import { figureText, mib, otherFigures } from './report.js'
import {
  factor,
  reachedFactor,
  type GoalResult,
  type Performance,
  type RowResult,
} from './results.js'

const HEAD = [
  'row',
  '',
  'ratio',
  'zerowire',
  'native',
  'jszmq',
  'NATS, through its server',
  'bare sockets',
  'goal',
]

/** The results in Markdown. */
export function table(rows: readonly RowResult[]): string {
  const lines = rows.map((row) => [
    `\`${row.name}\``,
    `${row.group}: ${row.title}`,
    row.libraries.native === undefined ? '' : `**${factor(row.ratio)}**`,
    cell(row, row.libraries.zerowire),
    cell(row, row.libraries.native),
    cell(row, row.libraries.jszmq),
    cell(row, row.libraries.nats),
    cell(row, row.libraries.raw),
    row.goals.map(goalText).join('; '),
  ])
  const rule = HEAD.map(() => '---')
  return [HEAD, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function cell({ figure }: RowResult, performance: Performance | undefined): string {
  if (performance === undefined) return ''
  if (performance.median === null) return 'n/a'
  const { spread, cpuSeconds, peakResident } = performance
  return [
    `${figureText(figure, performance)} ±${((spread ?? 0) * 100).toFixed(0)} %`,
    ...otherFigures(figure, performance),
    `${significant(cpuSeconds ?? 0)} CPU s/M`,
    `${mib(peakResident)} MiB`,
  ].join(', ')
}

function goalText(result: GoalResult): string {
  const { goal, met } = result
  if (met === null) return `${goal}: n/a`
  const reached = reachedFactor(result)
  const text = reached === undefined ? goal : `${goal} (${reached})`
  return met ? text : `**missed**: ${text}`
}
