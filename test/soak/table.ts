import type { Figure } from './run.js'
import type { Scenario } from './scenario.js'

/** What became of a scenario. */
export interface Outcome {
  readonly scenario: Scenario
  readonly figures: readonly Figure[]
  readonly seconds: number
  /** Why it could not go on. */
  readonly failure?: string
  /** What this machine lacks for it. */
  readonly lacks?: string
}

export function hasFailed({ figures, failure }: Outcome): boolean {
  return failure !== undefined || figures.some(({ met }) => !met)
}

/** One that has just been played, for whoever watches. */
export function outcomeText(outcome: Outcome): string {
  const { scenario, figures, seconds, failure, lacks } = outcome
  const verdict = lacks !== undefined ? 'skipped' : hasFailed(outcome) ? 'FAILED' : 'passed'
  const lines = figures.filter(({ met }) => !met).map(figureText)
  if (failure !== undefined) lines.push(failure)
  if (lacks !== undefined) lines.push(`needs ${lacks}`)
  const head = `${verdict}  ${scenario.name}: ${scenario.title} (${seconds.toFixed(0)} s)`
  return [head, ...lines.map((line) => `        ${line}`)].join('\n')
}

function figureText({ what, measured, allowed }: Figure): string {
  return `${what}: ${measured}, which had to be ${allowed}`
}

/** Everything that was measured, in Markdown. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(({ scenario, figures }) =>
    figures.map(({ what, measured, allowed, met }, index) => [
      index === 0 ? scenario.name : '',
      what,
      met ? measured : `**${measured}**`,
      allowed,
    ]),
  )
  const all = [['scenario', 'figure', 'measured', 'allowed'], ...rows]
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(all[0] ?? []), rule, ...rows.map(line)].join('\n')
}
