/** Pushes every file of the corpus to whichever worker has room, and tells the sink how many. */

import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import * as zerowire from 'zerowire'
import { listCorpus, type TextFile } from './corpus.js'
import { enter } from './member.js'
import type { Result } from './messages.js'
import { report } from './reporter.js'

const { capability, Dealer, Push } = zerowire
const [lobby = '', mode = '', budget = '', workers = ''] = process.argv.slice(2)
const files = await listCorpus(Number(budget))

// A low mark, so that a slow worker gets fewer files instead of a longer queue.
const work = new Push({ sendHighWaterMark: 20 })
const allConnected = handshakes(work.events, Number(workers))
// Over TCP the system itself would hold megabytes for each worker, beyond the mark.
await work.bind(capability.ipc ? 'ipc://*' : 'tcp://127.0.0.1:*')

const { directory, stopped } = await enter(new Dealer(), lobby, { work: String(work.lastEndpoint) })
void report(zerowire, 'source', 'zerowire', { work }, directory.reports)
await allConnected

if (mode === 'endless') {
  await Promise.race([pushForEver(), stopped])
} else {
  await announce(files.length)
  for (const file of files) await push(file)
}
// A closed socket lingers until everything queued is delivered.
await work.close()
await stopped

async function push({ name, path }: TextFile): Promise<void> {
  await work.send([name, await readFile(path)])
}

/** At times there is less to do than the workers can, at times more. */
async function pushForEver(): Promise<void> {
  for (;;) {
    for (const file of files) {
      await push(file)
      await delay(1000 / tide())
    }
  }
}

/** Files per second: rises and falls. */
function tide(): number {
  const seconds = performance.now() / 1000
  return 60 + 50 * Math.sin((2 * Math.PI * seconds) / 30)
}

async function announce(expected: number): Promise<void> {
  const results = new Push()
  results.connect(directory.results)
  const result: Result = { kind: 'expect', files: expected }
  await results.send(JSON.stringify(result))
  await results.close()
}

async function handshakes(events: zerowire.Observer, count: number): Promise<void> {
  let seen = 0
  while (seen < count) if ((await events.receive()).type === 'handshake') seen++
}
