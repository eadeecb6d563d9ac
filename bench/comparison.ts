import { figureText } from './report.js'
import type { RowResult } from './results.js'
import type { Library } from './task.js'

const COLUMNS: Readonly<Partial<Record<Library, string>>> = {
  zerowire: 'zerowire',
  native: '`zeromq`',
  jszmq: 'jszmq',
  nats: 'NATS, through its server',
}

/** Rows that say something of each of them, whoever is ahead. */
const CHOSEN: ReadonlySet<string> = new Set([
  ...['tcp-16', 'tcp-1m', 'ws-16', 'req-rep'],
  ...['pub-1', 'pub-10', 'pub-1000', 'connect', 'idle'],
])

/** A few rows in Markdown, for the README: the figure that is compared, and no more. */
export function comparison(rows: readonly RowResult[]): string {
  const names = Object.keys(COLUMNS) as Library[]
  const lines = rows
    .filter(({ name }) => CHOSEN.has(name))
    .map(({ name, group, title, figure, libraries }) => [
      `${group}: ${title} (\`${name}\`)`,
      ...names.map((library) => {
        const performance = libraries[library]
        return performance === undefined ? '' : figureText(figure, performance)
      }),
    ])
  const head = ['', ...Object.values(COLUMNS)]
  return [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}
