/** Pushes every file of the corpus to whichever worker has room, and tells the sink how many. */

import { readFile } from 'node:fs/promises'
import { Dealer, Push, type Observer } from 'zerowire'
import { listCorpus } from './corpus.js'
import { enter } from './member.js'
import type { Result } from './messages.js'

const [lobby = '', budget = '', workers = ''] = process.argv.slice(2)
const files = await listCorpus(Number(budget))

// A low mark, so that a slow worker gets fewer files instead of a longer queue.
const work = new Push({ sendHighWaterMark: 4 })
const allConnected = handshakes(work.events, Number(workers))
await work.bind('tcp://127.0.0.1:*')

const { directory, stopped } = await enter(new Dealer(), lobby, { work: String(work.lastEndpoint) })

const results = new Push()
results.connect(directory.results)
const expected: Result = { kind: 'expect', files: files.length }
await results.send(JSON.stringify(expected))

await allConnected
for (const { name, path } of files) await work.send([name, await readFile(path)])

// A closed socket lingers until everything queued is delivered.
await work.close()
await stopped
await results.close()

async function handshakes(events: Observer, count: number): Promise<void> {
  let seen = 0
  while (seen < count) if ((await events.receive()).type === 'handshake') seen++
}
