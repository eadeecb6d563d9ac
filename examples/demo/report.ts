import type { Check } from './check.js'
import { megabytes, number } from './format.js'
import type { Answers } from './messages.js'

const barWidth = 40

/** Prints the answers as tables, and whether they are right. */
export function report({ summary, top }: Answers, checks: readonly Check[]): void {
  const { files, bytes, shares, total, distinct } = summary
  heading(`${number(files)} files of ${megabytes(bytes)} have ${number(total)} words`)
  for (const [word, times] of top) row(word, number(times), bar(times / (top[0]?.[1] ?? 1)))
  row('...', number(distinct), 'different words in all')

  heading('Who counted how much')
  for (const [worker, share] of Object.entries(shares).sort()) {
    const ratio = share.bytes / bytes
    row(worker, megabytes(share.bytes), `${bar(ratio)} ${number(share.files)} files`)
  }

  heading('Compared with a count in a single process')
  for (const { what, passed } of checks) console.log(`  ${passed ? '✓' : '✗'} ${what}`)
  heading(checks.every(({ passed }) => passed) ? 'All is equal.' : 'The counts DIFFER.')
}

function heading(text: string): void {
  console.log(`\n  ${text}\n`)
}

function row(title: string, value: string, rest: string): void {
  console.log(`  ${title.padEnd(12)}${value.padStart(10)}  ${rest}`)
}

function bar(ratio: number): string {
  return '█'.repeat(Math.round(ratio * barWidth))
}
