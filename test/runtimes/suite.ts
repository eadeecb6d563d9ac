import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { projectRoot } from '../support/program.js'
import { limits } from './limits.js'
import type { Program } from './program.js'
import type { Runtime } from './runtimes.js'

const run = promisify(execFile)

/** A file that hangs, as some do in runtimes that lack what it needs, counts as one failure; in seconds. */
const DEADLINE = 120
/** For every other file that is run together with one. */
const MORE = 20

/**
 * Folders of tests of what programs do with sockets, and of the layers below, with libzmq in another
 * process. The others load its native binding, start programs with flags of Node, or look into its heap.
 */
const PORTABLE = [
  ...['contract', 'everywhere', 'routing', 'security', 'semantics', 'session'],
  ...['threads', 'util', 'v5-compat', 'wire'],
].map((name) => `test/${name}`)

/** In these folders, but they do so. */
const NOT_PORTABLE = [...['routing/topic-table', 'v5-compat/names', 'v5-compat/programs']].map(
  (name) => `test/${name}.test.ts`,
)

/** How many tests there were. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** And which: file, test and the first line of its error. */
export interface Outcome extends Tally {
  readonly failures: readonly string[]
}

/** What Vitest writes. */
interface Report {
  readonly testResults: readonly TestFile[]
}

interface TestFile {
  readonly name: string
  readonly message: string
  readonly assertionResults: readonly {
    readonly fullName: string
    readonly status: 'passed' | 'failed' | 'pending' | 'skipped' | 'todo'
    readonly failureMessages: readonly string[]
  }[]
}

const NONE: Outcome = { passed: 0, failed: 0, skipped: 0, failures: [] }

/** A part of the suite: arguments for Vitest that name it, and its files, which may be run one by one. */
export interface Part {
  readonly name: string
  readonly project: string
  readonly files: readonly string[]
}

/** The parts that are run in a process of their own: a folder each, or all that a browser runs. */
export function partsOf({ name: runtime, suite }: Runtime): readonly Part[] {
  if (suite === 'browser') return [{ name: 'in a page', project: 'chromium', files: [] }]
  const without = limits(runtime).flatMap(({ tests = [] }) => tests)
  const isRun = (file: string): boolean =>
    suite === 'all' || (PORTABLE.includes(dirname(file)) && !NOT_PORTABLE.includes(file))
  const folders = new Map<string, string[]>()
  for (const file of testFiles()) {
    if (!isRun(file) || without.includes(file)) continue
    folders.set(dirname(file), [...(folders.get(dirname(file)) ?? []), file])
  }
  return [...folders].map(([name, files]) => ({ name, project: 'node', files }))
}

/** Those that run outside of a browser. */
function testFiles(): string[] {
  return ['test', 'patterns']
    .flatMap((folder) =>
      readdirSync(join(projectRoot, folder), { recursive: true }).map((file) =>
        join(folder, String(file)),
      ),
    )
    .filter((file) => file.endsWith('.test.ts') && !file.startsWith('test/chromium/'))
    .sort()
}

export function sum(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce(
    (a, b) => ({
      passed: a.passed + b.passed,
      failed: a.failed + b.failed,
      skipped: a.skipped + b.skipped,
      failures: [...a.failures, ...b.failures],
    }),
    NONE,
  )
}

/** Runs tests in a runtime; native far ends are elsewhere. Files of which one hangs are run one by one. */
export async function runPart(part: Part, program: Program, farEnds: string): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'zw-report-'))
  const report = join(directory, 'report.json')
  const seconds =
    part.files.length === 0 ? 10 * DEADLINE : DEADLINE + MORE * (part.files.length - 1)
  try {
    await runVitest(part, program, farEnds, { report, seconds })
    return outcomeOf(JSON.parse(await readFile(report, 'utf8')) as Report)
  } catch {
    if (part.files.length > 1) {
      const outcomes: Outcome[] = []
      for (const file of part.files)
        outcomes.push(await runPart({ ...part, name: file, files: [file] }, program, farEnds))
      return sum(outcomes)
    }
    return { ...NONE, failed: 1, failures: [`${part.name}: no result within ${String(seconds)} s`] }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

interface Run {
  /** Where the report goes. */
  readonly report: string
  /** How long it may take. */
  readonly seconds: number
}

/** Whether or not tests fail: that is in the report. Where there is none, nothing has run. */
async function runVitest(
  { project, files }: Part,
  { path, flags }: Program,
  farEnds: string,
  { report, seconds }: Run,
): Promise<void> {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...files]
  const reported = [...vitest, '--reporter=json', `--outputFile=${report}`]
  // Ends the processes of tests as well.
  const limited = ['--signal=KILL', String(seconds), path, ...flags, ...reported]
  const options = {
    cwd: projectRoot,
    maxBuffer: Number.MAX_SAFE_INTEGER,
    // Programs that tests start by the name of `node` are of the same version.
    env: {
      ...process.env,
      PATH: `${dirname(path)}:${String(process.env['PATH'])}`,
      ZEROWIRE_FAR_ENDS: farEnds,
    },
  }
  await run('timeout', limited, options).catch(() => undefined)
}

function outcomeOf({ testResults }: Report): Outcome {
  return sum(testResults.map(outcomeOfFile))
}

function outcomeOfFile({ name, message, assertionResults: tests }: TestFile): Outcome {
  const file = relative(projectRoot, name)
  const failed = tests.filter(({ status }) => status === 'failed')
  const passed = tests.filter(({ status }) => status === 'passed').length
  const failures = failed.map(({ fullName, failureMessages: [text = ''] }) => {
    return `${file} > ${fullName}: ${firstLine(text)}`
  })
  // Of a file that does not load there are no tests.
  if (message !== '' && failed.length === 0) failures.push(`${file}: ${firstLine(message)}`)
  const skipped = tests.length - passed - failed.length
  return { passed, failed: failures.length, skipped, failures }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
