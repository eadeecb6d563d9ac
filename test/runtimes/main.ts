import { rm } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { Progress } from '../../bench/progress.js'
import { serveFarEnds, type FarEnds } from '../support/far/server.js'
import { builds, makeWorkshop, runBuild } from './builds.js'
import { makePrograms } from './project.js'
import { publish, publishBuilds } from './results.js'
import { byName, runtimes, type Runtime } from './runtimes.js'
import { partsOf, runPart, sum, type Outcome } from './suite.js'

const BUILDS = 'builds'
const names = [...runtimes.map(({ name }) => name), BUILDS]

const HELP = `npm run runtimes -- [--quick] [names]

Has the built package converse with libzmq in other runtimes, runs the test suite in each of them, and
runs what bundlers and makers of single executables make of a program; then writes the table of
README.md. Wants a machine for itself.

The runtimes and tools come from npm, 1.3 GB, to ~/.cache/zerowire-runtimes or where ZEROWIRE_RUNTIMES
says, and stay there: remove the folder of one to have the newest. They are for Linux on x86-64.
Chromium is the one that is installed.

  --quick        no test suite, of which the table keeps what it has: about a minute
  names          ${names.join(', ')}; all of them if left out`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** What is to be done, and with what. */
interface Job {
  /** Has the package, and programs that use it. */
  readonly project: string
  readonly farEnds: FarEnds
  readonly progress: Progress
}

function say(job: Job, text: string): void {
  job.progress.clear()
  console.log(text)
}

/** @returns whether all went well. */
async function tryOut(runtime: Runtime, job: Job): Promise<boolean> {
  job.progress.step(runtime.name)
  const program = await runtime.fetch()
  const name = `${runtime.title} ${program.version}`
  const { conversations } = runtime
  const worked = await program.converse(job.project, job.farEnds.address)
  say(job, `${name}: ${String(worked)} of ${String(conversations)} conversations with libzmq`)
  if (worked !== conversations) return false
  if (values.quick) {
    await publish(runtime.name, program.version, worked)
    return true
  }
  const outcomes: Outcome[] = []
  for (const part of partsOf(runtime)) {
    job.progress.step(`${runtime.name}: ${part.name}`)
    outcomes.push(await runPart(part, program, job.farEnds.address))
  }
  const { failures, ...tally } = sum(outcomes)
  const { passed, failed, skipped } = tally
  const counts = `${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`
  say(job, [...failures, `${name}: ${counts}`].join('\n'))
  await publish(runtime.name, program.version, worked, tally)
  return failed === 0
}

/** @returns whether all went well. */
async function buildAll(job: Job): Promise<boolean> {
  const workshop = await makeWorkshop(job.project)
  const run: string[] = []
  for (const build of builds) {
    job.progress.step(build.title)
    const fault = await runBuild(build, workshop)
    if (fault === undefined) run.push(build.title)
    say(job, `${build.title}: ${fault ?? 'runs'}`)
  }
  await rm(workshop, { recursive: true, force: true })
  await publishBuilds(run)
  return run.length === builds.length
}

/** Says what went wrong, and lets the others be tried. */
async function tryName(name: string, job: Job): Promise<boolean> {
  try {
    return await (name === BUILDS ? buildAll(job) : tryOut(byName(name), job))
  } catch (error) {
    say(job, `${name}: ${(error as Error).message}`)
    return false
  }
}

/** How much there is to do, for the bar. */
function stepsOf(name: string): number {
  if (name === BUILDS) return builds.length
  return values.quick ? 1 : 1 + partsOf(byName(name)).length
}

async function tryAll(chosen: readonly string[]): Promise<void> {
  const progress = new Progress(chosen.map(stepsOf).reduce((a, b) => a + b, 0))
  const project = await makePrograms()
  const farEnds = await serveFarEnds()
  progress.start()
  for (const name of chosen)
    if (!(await tryName(name, { project, farEnds, progress }))) process.exitCode = 1
  progress.stop()
  await farEnds.stop()
  await rm(project, { recursive: true, force: true })
}

/** What is wrong with how this was called. */
function misuse(): string | undefined {
  const unknown = positionals.find((name) => !names.includes(name))
  if (unknown !== undefined) return `no runtime ${JSON.stringify(unknown)}, but ${names.join(', ')}`
  const { platform, arch } = process
  if (platform === 'linux' && arch === 'x64') return undefined
  return `the runtimes are for Linux on x86-64, not for ${platform} on ${arch}`
}

const wrong = misuse()
if (values.help) console.log(HELP)
else if (wrong === undefined) await tryAll(positionals.length > 0 ? positionals : names)
else {
  console.error(wrong)
  process.exitCode = 2
}
