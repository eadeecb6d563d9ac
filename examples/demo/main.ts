/**
 * Counts the words of all documentation under node_modules with six processes:
 *
 *     source -- work --> 3 workers -- results --> sink -- progress, answers --> main
 *
 * One of the workers runs on the native `zeromq` package, and nobody can tell. In the end the answer
 * has to equal, word by word, that of a single process that counts without any messages.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Request, Subscriber } from 'zerowire'
import { compare, countAlone } from './check.js'
import { listCorpus } from './corpus.js'
import type { Answers, Progress } from './messages.js'
import { progressDisplay, type ProgressDisplay } from './progress.js'
import { report } from './report.js'
import { System } from './system.js'

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '50' },
    workers: { type: 'string', default: 'zerowire,zerowire,zeromq' },
  },
})
const budget = Number(values.megabytes) * 1e6
const system = new System({ libraries: values.workers.split(','), budget, mode: 'once' })
const { workers } = system
// The display needs only the latest news: a message that it has no time for may be replaced.
const progress = new Subscriber({ conflate: true })
const questions = new Request({ linger: 0 })

try {
  await system.start()
  await Promise.race([Promise.all([main(), system.ended()]), deadline(55_000)])
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await system.disband()
  for (const socket of [progress, questions]) await socket.close()
}

async function main(): Promise<void> {
  const files = await listCorpus(budget)
  const [alone, answers] = await Promise.all([countAlone(files), countTogether(files.length)])
  const checks = compare(answers, files, alone, workers)
  report(answers, checks)
  if (!checks.every(({ passed }) => passed)) process.exitCode = 1
}

async function countTogether(files: number): Promise<Answers> {
  const directory = await system.introduce()
  const display = progressDisplay(files, workers)
  progress.subscribe()
  progress.connect(directory.progress)
  const watched = watch(display)

  // Some of the progress may be missed, the answers not: they come when the count is complete.
  questions.connect(directory.answers)
  const answers = { summary: await ask('summary'), top: await ask('top'), all: await ask('all') }
  display.show(answers.summary)
  await progress.close()
  await watched
  await system.dismiss()
  return answers
}

/** Ends when the socket is closed. */
async function watch(display: ProgressDisplay): Promise<void> {
  for await (const [news] of progress) display.show(JSON.parse(String(news)) as Progress)
  display.end()
}

async function ask<Name extends keyof Answers>(name: Name): Promise<Answers[Name]> {
  await questions.send(name)
  const [answer] = await questions.receive()
  return JSON.parse(String(answer)) as Answers[Name]
}

async function deadline(milliseconds: number): Promise<never> {
  await delay(milliseconds, undefined, { ref: false })
  throw new Error(`no end after ${milliseconds / 1000} seconds`)
}
