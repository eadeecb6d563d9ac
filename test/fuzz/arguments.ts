import { parseArgs } from 'node:util'
import type { Target } from './target.js'

export interface Arguments {
  readonly seconds: number
  readonly seed: number
  readonly targets: readonly Target[]
  /** A file to run instead, and whether to look for a smaller one that fails alike. */
  readonly replay: string | undefined
  readonly minimise: boolean
  /** The folder for inputs that fail. */
  readonly found: string
}

export function help(targets: readonly Target[]): string {
  return `npm run fuzz -- [options]

Feeds mutated sessions to everything that reads what others have written, and judges what becomes of
them. What fails is made as small as it can be and written to a file, with the command that runs it again.

  --seconds n      how long (60)
  --seed n         what the search begins with; it is printed
  --target a,b     only these
  --replay file    run this input and nothing else
  --minimise       with --replay: make it smaller, as long as it fails alike
  --found folder   where inputs that fail are written (test/fuzz/found)

targets: ${targets.map(({ name }) => name).join(', ')}`
}

/** @returns undefined when help was asked for. */
export function parseArguments(args: string[], all: readonly Target[]): Arguments | undefined {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string' },
      target: { type: 'string' },
      replay: { type: 'string' },
      minimise: { type: 'boolean', default: false },
      found: { type: 'string', default: 'test/fuzz/found' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const seconds = Number(values.seconds)
  if (!(seconds > 0)) throw new Error(`--seconds is a number above 0, not ${values.seconds}`)
  const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed)
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new Error(`--seed is a whole number, not ${String(values.seed)}`)
  }
  const { replay, minimise, found } = values
  return { seconds, seed, targets: chosen(all, values.target), replay, minimise, found }
}

function chosen(all: readonly Target[], names: string | undefined): readonly Target[] {
  if (names === undefined) return all
  return names.split(',').map((name) => {
    const target = all.find((each) => each.name === name)
    if (target === undefined) throw new Error(`no target ${JSON.stringify(name)}: see --help`)
    return target
  })
}
