/** Adds up what the workers count, publishes the progress, and answers questions when all is in. */

import { Dealer, Publisher, Pull, Reply } from 'zerowire'
import { enter } from './member.js'
import type { Answers, Result } from './messages.js'
import { Tally } from './tally.js'

const [lobby = ''] = process.argv.slice(2)

const results = new Pull()
const progress = new Publisher()
const questions = new Reply()
const sockets = [results, progress, questions]
for (const socket of sockets) await socket.bind('tcp://127.0.0.1:*')

const { stopped } = await enter(new Dealer(), lobby, {
  results: String(results.lastEndpoint),
  progress: String(progress.lastEndpoint),
  answers: String(questions.lastEndpoint),
})
void stopped.then(() => Promise.all(sockets.map((socket) => socket.close())))

const tally = new Tally()
while (!tally.complete) {
  const [result] = await results.receive()
  tally.add(JSON.parse(String(result)) as Result)
  await progress.send(JSON.stringify(tally.progress))
}

// A question that came early has waited in its queue until now.
const answers = tally.answers()
for await (const [question] of questions) {
  await questions.send(JSON.stringify(answers[String(question) as keyof Answers]))
}
