/*
 * A reader of Prometheus's text format that takes nothing but what its grammar allows, and of OpenMetrics as far
 * as counters and gauges go.
 */

/** A line with a value. */
interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** All that is said of one metric. */
export interface Metric {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: Sample[]
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = String.raw`([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"`
const HEAD = new RegExp(`^# HELP (${NAME}) ([^\n]*)\n# TYPE (${NAME}) (counter|gauge)\n`)
const SAMPLE = new RegExp(
  `^(${NAME})\\{(${LABEL}(?:,${LABEL})*)?\\} (-?[0-9.]+(?:e[+-]?[0-9]+)?)\n`,
)

/** @throws Error at the first line that is wrong, or says again what was said before. */
export function parseExposition(text: string, openMetrics = false): Map<string, Metric> {
  const metrics = new Map<string, Metric>()
  const seen = new Set<string>()
  let rest = text
  if (openMetrics) {
    if (!rest.endsWith('# EOF\n')) throw new Error('no end')
    rest = rest.slice(0, -'# EOF\n'.length)
  }
  while (rest !== '') {
    const head = HEAD.exec(rest)
    if (head === null) throw new Error(`no metric begins at ${JSON.stringify(rest.slice(0, 80))}`)
    const [lines, name = '', help = '', sameName, type = ''] = head
    if (name !== sameName || metrics.has(name)) throw new Error(`a second ${name}`)
    rest = rest.slice(lines.length)
    const samples: Sample[] = []
    for (let line = SAMPLE.exec(rest); line !== null; line = SAMPLE.exec(rest)) {
      const [whole, sample = '', labels = ''] = line
      if (sample !== (openMetrics && type === 'counter' ? `${name}_total` : name))
        throw new Error(`${sample} among the samples of ${name}`)
      if (seen.has(`${sample}{${labels}}`)) throw new Error(`twice: ${whole}`)
      seen.add(`${sample}{${labels}}`)
      const pairs = [...labels.matchAll(new RegExp(LABEL, 'g'))]
      samples.push({
        name: sample,
        labels: Object.fromEntries<string>(
          pairs.map(([, key = '', value = '']) => [key, unescaped(value)]),
        ),
        value: Number(line.at(-1)),
      })
      rest = rest.slice(whole.length)
    }
    if (samples.length === 0) throw new Error(`${name} without samples`)
    metrics.set(name, { name, type, help, samples })
  }
  return metrics
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter))
}
