/** Counts the words of each file it gets. Runs on the library whose name it is given. */

import { setTimeout as delay } from 'node:timers/promises'
import { load } from './libraries.js'
import { enter } from './member.js'
import type { Result } from './messages.js'
import { report } from './reporter.js'
import { countWords } from './words.js'

const [lobby = '', mode = '', worker = '', library = ''] = process.argv.slice(2)
const zmq = await load(library)
const { directory, stopped } = await enter(new zmq.Dealer(), lobby)

const work = new zmq.Pull({ receiveHighWaterMark: 20 })
const results = new zmq.Push()
results.connect(directory.results)
work.connect(directory.work)
void report(zmq, worker, library, { work, results }, directory.reports)

// Closing the socket ends the loop below.
void stopped.then(() => work.close())

for await (const [, text = ''] of work) {
  const words = [...countWords(String(text))]
  const result: Result = { kind: 'counted', worker, bytes: text.length, words }
  await results.send(JSON.stringify(result))
  if (mode === 'endless') await delay(50)
}
await results.close()
