import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import { chart } from './chart.js'
import { comparison } from './comparison.js'
import { circumstancesText } from './report.js'
import type { Results } from './results.js'
import { table } from './table.js'

const FOLDER = new URL('results/', import.meta.url)
const PAGE = new URL('../docs/performance.md', import.meta.url)
const CHART = new URL('../docs/performance.svg', import.meta.url)
const README = new URL('../README.md', import.meta.url)
const MARKED = /(<!-- bench -->)[^]*(<!-- \/bench -->)/

/** @returns the name of the file. */
export async function saveResults(results: Results): Promise<string> {
  const { date, node } = results.circumstances
  const name = `${date.slice(0, 10)}-v${node}.json`
  await mkdir(FOLDER, { recursive: true })
  await write(new URL(name, FOLDER), JSON.stringify(results), 'json')
  return `bench/results/${name}`
}

export async function readResults(path: string): Promise<Results> {
  return JSON.parse(await readFile(path, 'utf8')) as Results
}

/** Writes table and chart of the page on performance, and the figures of the README. */
export async function publishResults(results: Results): Promise<void> {
  await writeFile(CHART, `${await chart(results.rows)}\n`)
  const measured = `Measured ${circumstancesText(results.circumstances)}.`
  await fill(PAGE, `${measured}\n\n${table(results.rows)}`)
  await fill(README, `${comparison(results.rows)}\n\n${measured}`)
}

/** Puts a text between the markers of a page. */
async function fill(file: URL, text: string): Promise<void> {
  const page = await readFile(file, 'utf8')
  if (!MARKED.test(page)) throw new Error(`${file.pathname} has lost its <!-- bench --> markers`)
  await write(
    file,
    page.replace(MARKED, (_all, begin: string, end: string) => `${begin}\n\n${text}\n\n${end}`),
    'markdown',
  )
}

/** In the style of the repository. */
async function write(file: URL, text: string, parser: 'json' | 'markdown'): Promise<void> {
  await writeFile(file, await format(text, { ...(await resolveConfig(file)), parser }))
}
