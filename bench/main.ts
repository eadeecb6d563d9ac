import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { version as libzmq } from 'zeromq'
import type { Implementation } from './implementations.js'
import { measure, quantile, type Run } from './measure.js'
import { ROWS, type Row } from './rows.js'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (options.help) {
  console.log(`npm run bench -- [--only ${ROWS.map(({ name }) => name).join('|')}] [--rounds 3] [--json]

Measures zerowire beside the native zeromq, in turn, each end in a process of its own. A ratio
above 1 means that zerowire is better: more messages a second, or a shorter round trip.`)
  process.exit(0)
}

const rows = ROWS.filter(({ name }) => options.only === undefined || name === options.only)
if (rows.length === 0) throw new Error(`no row ${JSON.stringify(options.only)}: see --help`)

interface Outcome {
  readonly row: Row
  readonly ratio: number
  readonly runs: Readonly<Record<Implementation, readonly Run[]>>
}

/** A B A B: what the machine does meanwhile hits both alike. */
async function compare(row: Row): Promise<Outcome> {
  const runs: Record<Implementation, Run[]> = { zerowire: [], native: [] }
  for (let round = 0; round < Number(options.rounds); round++) {
    runs.zerowire.push(await measure(row, 'zerowire'))
    runs.native.push(await measure(row, 'native'))
  }
  const [ours, theirs] = [median(runs.zerowire), median(runs.native)]
  return { row, ratio: row.kind === 'stream' ? ours / theirs : theirs / ours, runs }
}

function median(runs: readonly Run[]): number {
  return quantile(
    runs.map(({ value }) => value).sort((a, b) => a - b),
    0.5,
  )
}

function describe({ kind }: Row, runs: readonly Run[]): string {
  const value = median(runs)
  const values = runs.map((run) => run.value)
  const spread = ((Math.max(...values) - Math.min(...values)) / value) * 50
  const [first] = runs
  const usage = `${(first?.cpuSeconds ?? 0).toFixed(1)} CPU s/M, ${String(Math.round((first?.peakBytes ?? 0) / 1e6))} MB`
  if (kind === 'round-trip') {
    const p99 = runs.map((run) => run.p99 ?? NaN).sort((a, b) => a - b)
    return `p50 ${value.toFixed(0)} us, p99 ${quantile(p99, 0.5).toFixed(0)} us (±${spread.toFixed(0)} %, ${usage})`
  }
  const rate = value > 1e6 ? `${(value / 1e6).toFixed(2)} M/s` : `${(value / 1e3).toFixed(1)} k/s`
  const bytes = `${((value * (first?.bytesPerSecond ?? 0)) / (first?.value ?? 1) / 1e6).toFixed(0)} MB/s`
  return `${rate}, ${bytes} (±${spread.toFixed(0)} %, ${usage})`
}

const machine = `${String(cpus().length)} x ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}, libzmq ${libzmq}`
if (!options.json) console.log(`${machine}\n`)

const outcomes: Outcome[] = []
for (const row of rows) {
  const outcome = await compare(row)
  outcomes.push(outcome)
  if (options.json) continue
  const { ratio, runs } = outcome
  const verdict = ratio >= row.floor ? '' : `  BELOW THE FLOOR of ${String(row.floor)}`
  console.log(`${row.name.padEnd(12)} ${ratio.toFixed(2)} x${verdict}`)
  console.log(`  zerowire   ${describe(row, runs.zerowire)}`)
  console.log(`  native     ${describe(row, runs.native)}\n`)
}
if (options.json)
  console.log(JSON.stringify({ date: new Date().toISOString(), machine, outcomes }, null, 2))
