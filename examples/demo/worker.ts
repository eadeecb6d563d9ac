/** Counts the words of each file it gets. Runs on the library whose name it is given. */

import { load } from './libraries.js'
import { enter } from './member.js'
import type { Result } from './messages.js'
import { countWords } from './words.js'

const [lobby = '', worker = '', library = ''] = process.argv.slice(2)
const { Dealer, Pull, Push } = await load(library)
const { directory, stopped } = await enter(new Dealer(), lobby)

const work = new Pull({ receiveHighWaterMark: 4 })
const results = new Push()
results.connect(directory.results)
work.connect(directory.work)

// Closing the socket ends the loop below.
void stopped.then(() => work.close())

for await (const [, text = ''] of work) {
  const words = [...countWords(String(text))]
  const result: Result = { kind: 'counted', worker, bytes: text.length, words }
  await results.send(JSON.stringify(result))
}
await results.close()
