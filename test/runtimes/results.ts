import { readFile, writeFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import { limits } from './limits.js'
import { runtimes } from './runtimes.js'
import type { Tally } from './suite.js'

const RESULTS = new URL('results.json', import.meta.url)
const README = new URL('../../README.md', import.meta.url)
const MARKED = /(<!-- runtimes -->)[^]*(<!-- \/runtimes -->)/

/** What became of one runtime. */
interface Result extends Partial<Tally> {
  readonly version: string
  readonly conversations: number
  /** The day, as in 2026-01-31. */
  readonly date: string
}

interface Results {
  readonly runtimes: Readonly<Record<string, Result>>
  /** What makes of a program one that runs. */
  readonly builds: readonly string[]
}

/**
 * Puts the result of one runtime to those of the others, and draws the table of the README anew.
 * @param tally of its tests; if they did not run, what is known of the same version stays.
 */
export async function publish(
  name: string,
  version: string,
  conversations: number,
  tally?: Tally,
): Promise<void> {
  const before = await saved()
  const last = before.runtimes[name]
  if (tally === undefined && last?.version === version && last.passed !== undefined) return
  const date = new Date().toISOString().slice(0, 10)
  const result: Result = { version, date, conversations, ...tally }
  await save({ ...before, runtimes: { ...before.runtimes, [name]: result } })
}

/** The same for what was built. */
export async function publishBuilds(titles: readonly string[]): Promise<void> {
  await save({ ...(await saved()), builds: titles })
}

async function saved(): Promise<Results> {
  return JSON.parse(await readFile(RESULTS, 'utf8')) as Results
}

async function save(results: Results): Promise<void> {
  await write(RESULTS, JSON.stringify(results), 'json')
  const page = await readFile(README, 'utf8')
  if (!MARKED.test(page)) throw new Error('README.md has lost its <!-- runtimes --> markers')
  const text = page.replace(MARKED, (_all, begin: string, end: string) => {
    return [begin, ...sections(results), end].join('\n\n')
  })
  await write(README, text, 'markdown')
}

/** In the style of the repository. */
async function write(file: URL, text: string, parser: 'json' | 'markdown'): Promise<void> {
  await writeFile(file, await format(text, { ...(await resolveConfig(file)), parser }))
}

/** A table, what runtimes in it cannot do, and what was built; of what has not been tried, nothing. */
function sections({ runtimes: results, builds }: Results): string[] {
  const tried = runtimes.flatMap((runtime) => {
    const result = results[runtime.name]
    return result === undefined ? [] : [{ ...runtime, ...result }]
  })
  const rows = tried.map((row) => {
    const { title, version, conversations, date } = row
    const { suite, passed, failed, skipped } =
      row.passed === undefined ? { ...row, suite: 'not run' } : row
    const cells = [`${title} ${version}`, conversations, suite, passed, failed, skipped, date]
    return `| ${cells.join(' | ')} |`
  })
  const head = [
    '| runtime | conversations with libzmq | tests | passed | failed | skipped | date |',
    '| --- | --: | --- | --: | --: | --: | --- |',
  ]
  const cannot = tried.flatMap(({ name, title }) => {
    const list = limits(name).map(({ text }) => text)
    return list.length === 0 ? [] : [`What ${title} cannot do: ${list.join('; ')}.`]
  })
  const built = `A program that uses the package runs, made by each of: ${builds.join('; ')}.`
  return [
    ...(rows.length > 0 ? [[...head, ...rows].join('\n')] : []),
    ...cannot,
    ...(builds.length > 0 ? [built] : []),
    'What these words mean, and what an error says of what cannot be done: [Runtimes](docs/runtimes.md).',
  ]
}
