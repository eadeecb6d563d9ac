import { HELP, parseArguments, type Arguments } from './arguments.js'
import { circumstances } from './circumstances.js'
import { compare, librariesOf } from './compare.js'
import { publishResults, readResults, saveResults } from './documents.js'
import { Progress } from './progress.js'
import { circumstancesText, rowText } from './report.js'
import type { Results, RowResult } from './results.js'

async function run({ rows, rounds, scale, json }: Arguments): Promise<Results> {
  const facts = circumstances(rounds, scale)
  const print = (text: string): void => {
    if (!json) console.log(text)
  }
  const libraries = rows.map((row) => librariesOf(row).length)
  const progress = new Progress(libraries.reduce((a, b) => a + b, 0) * rounds)
  print(`${circumstancesText(facts)}\n`)
  const results: RowResult[] = []
  progress.start()
  for (const row of rows) {
    const onRun = ({ name }: { name: string }, library: string): void => {
      progress.step(`${name}, ${library}`)
    }
    const result = await compare(row, { rounds, scale, onRun }, results)
    results.push(result)
    progress.clear()
    print(rowText(result))
  }
  progress.stop()
  return { circumstances: facts, rows: results }
}

const options = parseArguments(process.argv.slice(2))
if (options === undefined) console.log(HELP)
else if (options.from !== undefined) await publishResults(await readResults(options.from))
else {
  const results = await run(options)
  if (options.json) console.log(JSON.stringify(results, null, 2))
  if (options.save) {
    console.error(`saved ${await saveResults(results)}`)
    await publishResults(results)
  }
  // A row of our own that could not be measured is a bug.
  if (results.rows.some(({ libraries }) => libraries.zerowire?.failure !== undefined)) {
    process.exitCode = 1
  }
}
