import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { help, parseArguments, type Arguments } from './arguments.js'
import { load, saved } from './corpus.js'
import { Coverage } from './coverage.js'
import { describeFailure, Fuzzer, Runner, signatureOf, type Failure } from './engine.js'
import { minimise } from './minimise.js'
import { countMemory } from './oracle.js'
import { hashOf } from './random.js'
import { Reporter } from './reporter.js'
import type { Target } from './target.js'
import { format } from './text.js'
import { Watchdog } from './watchdog.js'

// Before anything of the library is loaded.
const coverage = new Coverage(new URL('../../src/', import.meta.url).href)
countMemory()
const { targets } = await import('./targets/index.js')

/** Distinct failures after which it is time to look at them. */
const MOST_FAILURES = 20

/** Writes an input and how to run it again. */
function save(folder: string, { input, error }: Failure): void {
  mkdirSync(folder, { recursive: true })
  const text = format(input)
  const path = join(folder, `${input.target}-${hashOf(text).toString(16).padStart(8, '0')}.txt`)
  const why = (error instanceof Error ? error.message : String(error)).split('\n', 1)
  writeFileSync(path, `# ${why.join('')}\n${text}`)
  console.error(`written to ${path}\nrun it again with: npm run fuzz -- --replay ${path}\n`)
}

async function replay(
  runner: Runner,
  path: string,
  { minimise: smaller, found }: Arguments,
): Promise<void> {
  const input = load(path)
  const target = targets.find(({ name }) => name === input.target)
  if (target === undefined) throw new Error(`${path} is for ${input.target}, which is no target`)
  const result = await runner.run(target, input)
  if (typeof result === 'string') {
    console.log(`it came to: ${result}`)
    return
  }
  process.exitCode = 1
  console.error(describeFailure(result))
  if (!smaller) return
  const least = await minimise(runner, target, input, result.error)
  save(found, { input: least, error: result.error })
}

async function search(
  runner: Runner,
  { seconds, seed, targets: chosen, found }: Arguments,
): Promise<void> {
  console.log(`seed ${seed}, ${seconds} s, targets: ${chosen.map(({ name }) => name).join(', ')}`)
  const onFailure = async (failure: Failure, target: Target): Promise<void> => {
    process.exitCode = 1
    reporter.clear()
    console.error(`${signatureOf(failure.error)}\n`)
    const least = await minimise(runner, target, failure.input, failure.error)
    const again = await runner.run(target, least)
    const final = typeof again === 'string' ? failure : again
    console.error(describeFailure(final))
    save(found, final)
  }
  const fuzzer = new Fuzzer(runner, coverage, chosen, seed, onFailure)
  const reporter = new Reporter(fuzzer, coverage)
  const end = performance.now() + seconds * 1000
  const known = [...saved('corpus'), ...saved('found')].flatMap(({ input }) =>
    // What a session hears, a socket can hear.
    input.target === 'session' ? [input, { ...input, target: 'socket' }] : [input],
  )
  await fuzzer.run(known, () => {
    reporter.tick()
    return performance.now() < end && fuzzer.progress.crashes < MOST_FAILURES
  })
  reporter.finish()
}

const options = parseArguments(process.argv.slice(2), targets)
if (options === undefined) console.log(help(targets))
else {
  const runner = new Runner(new Watchdog(options.found))
  if (options.replay === undefined) await search(runner, options)
  else await replay(runner, options.replay, options)
}
// Sockets that targets keep for the next input are for nobody now.
process.exit()
