/**
 * Two ventilators with ten jobs each, three workers of which one dies and one does not like the number
 * 13, and a sink that knows when everything is done.
 */

import { Sink, Ventilator, Worker, type Job } from 'zerowire/patterns/pipeline'

let sum = 0
let givenUp = ''
const sink = new Sink({
  take(outcome) {
    if (outcome.kind === 'result') sum += Number(outcome.body[0])
    if (outcome.kind === 'givenUp')
      givenUp = `${outcome.input} ${outcome.number}: ${outcome.reason}`
  },
})
const results = await sink.bind('tcp://127.0.0.1:*')

const low = new Ventilator({ input: 'low' })
const high = new Ventilator({ input: 'high' })
const ventilators = [
  await low.bind('tcp://127.0.0.1:*'), //
  await high.bind('tcp://127.0.0.1:*'),
]

function square({ body }: Job): number {
  const number = Number(body[0])
  if (number === 13) throw new Error('I will not touch a 13')
  return number ** 2
}

const dying = new Worker({ ventilators, sink: results, work: () => new Promise(() => undefined) })
const workers = [1, 2].map(
  () => new Worker({ ventilators, sink: results, work: square, credit: 4 }),
)

for (let number = 1; number <= 10; number++) await low.send(number)
for (let number = 11; number <= 20; number++) await high.send(number)

// What it has goes to others, at the latest three heartbeats after it fell silent.
await dying.close()

for (const ventilator of [low, high]) {
  const report = await ventilator.end()
  console.log(`${report.jobs} jobs, ${report.givenUp} given up`)
}
await Promise.all([sink.ended('low'), sink.ended('high')])
console.log(`nobody could do ${givenUp}`)
console.log(`the sum of all squares but that of 13 is ${sum}`)

for (const part of [...workers, low, high, sink]) await part.close()

// Prints:
//   10 jobs, 0 given up
//   10 jobs, 1 given up
//   nobody could do high 3: I will not touch a 13
//   the sum of all squares but that of 13 is 2701
