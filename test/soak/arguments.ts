import { parseArgs } from 'node:util'
import type { Scenario } from './scenario.js'
import { SCENARIOS } from './scenarios.js'

export interface Arguments {
  readonly scenarios: readonly Scenario[]
  readonly quick: boolean
}

export const HELP = `npm run soak -- [options]

What happens to sockets in the long run and in bad networks: each scenario makes it happen, measures,
and says what had to be. Takes about fifteen minutes, and wants a machine for itself.

  --only a,b     scenarios: see below
  --quick        a small part of everything, in about a minute

${SCENARIOS.map(({ name, title }) => `  ${name.padEnd(14)} ${title}`).join('\n')}`

/** @returns undefined when help was asked for. */
export function parseArguments(args: string[]): Arguments | undefined {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  return {
    scenarios: values.only === undefined ? SCENARIOS : values.only.split(',').map(byName),
    quick: values.quick,
  }
}

function byName(name: string): Scenario {
  const scenario = SCENARIOS.find((each) => each.name === name)
  if (scenario === undefined) throw new Error(`no scenario ${JSON.stringify(name)}: see --help`)
  return scenario
}
