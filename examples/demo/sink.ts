/** Adds up what the workers count, publishes the progress, and answers questions about the sum. */

import * as zerowire from 'zerowire'
import { enter } from './member.js'
import type { Question, Result } from './messages.js'
import { report } from './reporter.js'
import { Tally } from './tally.js'

const { Dealer, Publisher, Pull, Reply } = zerowire
const [lobby = '', mode = ''] = process.argv.slice(2)

const results = new Pull()
const progress = new Publisher()
const answers = new Reply()
const sockets = { results, progress, answers }
for (const socket of Object.values(sockets)) await socket.bind('tcp://127.0.0.1:*')

const { directory, stopped } = await enter(new Dealer(), lobby, {
  results: String(results.lastEndpoint),
  progress: String(progress.lastEndpoint),
  answers: String(answers.lastEndpoint),
})
void stopped.then(async () => {
  for (const socket of Object.values(sockets)) await socket.close()
})
void report(zerowire, 'sink', 'zerowire', sockets, directory.reports)

const tally = new Tally()
if (mode === 'endless') {
  await Promise.all([count(), answer()])
} else {
  await count()
  // A question that came early has waited in its queue until now.
  await answer()
}

async function count(): Promise<void> {
  for await (const [result] of results) {
    tally.add(JSON.parse(String(result)) as Result)
    await progress.send(JSON.stringify(tally.progress))
    if (tally.complete) return
  }
}

async function answer(): Promise<void> {
  for await (const [question, word = ''] of answers) {
    await answers.send(JSON.stringify(tally.answer(String(question) as Question, String(word))))
  }
}
