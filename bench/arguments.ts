import { parseArgs } from 'node:util'
import type { Row } from './row.js'
import { ROWS } from './rows.js'

export interface Arguments {
  readonly rows: readonly Row[]
  readonly rounds: number
  readonly scale: number
  readonly json: boolean
  readonly save: boolean
  /** A saved run to write the document from, instead of measuring. */
  readonly from: string | undefined
}

export const HELP = `npm run bench -- [options]

Measures zerowire beside the native zeromq through the same API, in turn, each end in a process of
its own, and beside jszmq, NATS or the bare sockets of Node where that says something. A ratio above 1 means that
zerowire is better, whatever the unit.

  --only a,b     rows, or the first word of their names (tcp, pub): see below
  --rounds n     runs of each row and library (3)
  --scale x      so much of the usual number of messages, to try things out (1)
  --json         everything as JSON on the standard output
  --save         after a full run: bench/results/, docs/performance.md with its chart, and README.md
  --from file    the same from a file in bench/results/, without measuring

${ROWS.map(({ name, group, title }) => `  ${name.padEnd(14)} ${group}: ${title}`).join('\n')}`

/** @returns undefined when help was asked for. */
export function parseArguments(args: string[]): Arguments | undefined {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      scale: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      from: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  if (values.save && values.only !== undefined) throw new Error('--save is for a run of all rows')
  return {
    rows: values.only === undefined ? ROWS : chosen(values.only.split(',')),
    rounds: positive('rounds', values.rounds),
    scale: positive('scale', values.scale),
    json: values.json,
    save: values.save,
    from: values.from,
  }
}

function chosen(names: readonly string[]): Row[] {
  const matches = (row: Row, name: string): boolean =>
    row.name === name || row.name.split('-')[0] === name
  for (const name of names) {
    if (!ROWS.some((row) => matches(row, name))) {
      throw new Error(`no row ${JSON.stringify(name)}: see --help`)
    }
  }
  return ROWS.filter((row) => names.some((name) => matches(row, name)))
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (value > 0) return value
  throw new Error(`--${name} is a number above 0, not ${JSON.stringify(text)}`)
}
