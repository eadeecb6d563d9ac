/** A sink that keeps what it has taken in a file, and tells of it: `sink.ts <endpoint> <file>`. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { Sink, type Outcome } from 'zerowire/patterns/pipeline'

const [endpoint = '', path = ''] = process.argv.slice(2)

const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
const file = openSync(path, 'a')
const sink = new Sink({
  taken: lines.map((line) => JSON.parse(line) as Outcome),
  take({ input, number, kind }) {
    writeSync(file, `${JSON.stringify({ input, number, kind })}\n`)
    fsyncSync(file)
    console.log(`took ${number}`)
  },
})
await sink.bind(endpoint)
const report = await sink.ended('in')
console.log(`ended ${report.jobs} ${report.givenUp}`)
await sink.close()
closeSync(file)
