import type { QueueReport } from './queue.js'

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']
const HEADS = ['queue', 'now', 'L', 'λ/s', 'W ms', 'busy', 'drops'] as const

/** A table for a terminal, with a bar of at most `width` characters for each mean length. */
export function draw(reports: readonly QueueReport[], width = 20): string {
  const rows = [HEADS, ...reports.map(cells)]
  const widths = HEADS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const most = Math.max(...reports.map(({ meanLength }) => meanLength), Number.MIN_VALUE)
  return rows
    .map((row, index) => {
      const report = reports[index - 1]
      const text = row.map((cell, column) => {
        const space = widths[column] ?? 0
        return column === 0 ? cell.padEnd(space) : cell.padStart(space)
      })
      return `${text.join('  ')}  ${bar(((report?.meanLength ?? 0) / most) * width)}`.trimEnd()
    })
    .join('\n')
}

function cells(report: QueueReport): readonly string[] {
  const { name, length, meanLength, throughput, meanWait, utilisation, drops } = report
  return [
    ...[name, String(length), meanLength.toFixed(1), throughput.toFixed(0), meanWait.toFixed(1)],
    ...[`${(utilisation * 100).toFixed(0)}%`, String(drops)],
  ]
}

function bar(length: number): string {
  const eighths = Math.round(length * 8)
  return '█'.repeat(eighths >> 3) + (EIGHTHS[eighths & 7] ?? '')
}
