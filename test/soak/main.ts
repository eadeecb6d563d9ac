import { HELP, parseArguments } from './arguments.js'
import { Run } from './run.js'
import type { Scenario } from './scenario.js'
import { hasFailed, outcomeText, table, type Outcome } from './table.js'

const LONGEST_MS = 20 * 60_000

/** The one that is played: its networks have to go even if somebody presses Ctrl-C. */
let playing: Run | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void playing?.end().finally(() => process.exit(130))
  })
}

async function play(scenario: Scenario, quick: boolean): Promise<Outcome> {
  const lacks = (scenario.needs ?? []).find((need) => !need.isThere())?.name
  if (lacks !== undefined) return { scenario, figures: [], seconds: 0, lacks }
  const run = (playing = new Run(quick))
  const start = performance.now()
  let failure: string | undefined
  const timer = setTimeout(() => void run.end(), LONGEST_MS)
  try {
    await scenario.play(run)
  } catch (error) {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  clearTimeout(timer)
  await run.end()
  const seconds = (performance.now() - start) / 1000
  return { scenario, figures: run.figures, seconds, ...(failure && { failure }) }
}

const options = parseArguments(process.argv.slice(2))
if (options === undefined) console.log(HELP)
else {
  const outcomes: Outcome[] = []
  for (const scenario of options.scenarios) {
    const outcome = await play(scenario, options.quick)
    outcomes.push(outcome)
    console.log(outcomeText(outcome))
  }
  const failed = outcomes.filter(hasFailed).length
  const skipped = outcomes.filter(({ lacks }) => lacks !== undefined).length
  const passed = outcomes.length - failed - skipped
  console.log(`\n${table(outcomes)}\n\n${passed} passed, ${failed} failed, ${skipped} skipped`)
  if (failed > 0) process.exitCode = 1
}
