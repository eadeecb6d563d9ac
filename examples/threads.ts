/** A Push hands out tasks to worker threads over inproc, and a Pull collects what they have found. */

import { Worker } from 'node:worker_threads'
import { Pull, Push } from 'zerowire'

/** The program of a thread; usually it is a file. What it shares with the others are names of inproc. */
const program = `
  import('zerowire').then(async ({ Pull, Push }) => {
    const tasks = new Pull({ receiveHighWaterMark: 1 })
    const results = new Push()
    tasks.connect('inproc://tasks')
    results.connect('inproc://results')
    for await (const [number] of tasks) {
      let sum = 0
      for (let i = 1; i <= Number(number); i++) sum += i
      await results.send([number, String(sum)])
    }
  })
`

// A thread may connect before anybody has bound.
const threads = [1, 2, 3].map(() => new Worker(program, { eval: true, execArgv: [] }))

const tasks = new Push()
const results = new Pull()
await tasks.bind('inproc://tasks')
await results.bind('inproc://results')

const sums = new Map<number, number>()
for (let task = 1; task <= 9; task++) await tasks.send(String(task * 1000))
while (sums.size < 9) {
  const [number, sum] = await results.receive()
  sums.set(Number(number), Number(sum))
}
for (const number of [1000, 5000, 9000]) console.log(`1 to ${number}: ${sums.get(number)}`)

// Nothing has to be closed first: whoever talks to a thread notices that it has gone.
await Promise.all(threads.map((thread) => thread.terminate()))

// Prints:
//   1 to 1000: 500500
//   1 to 5000: 12502500
//   1 to 9000: 40504500
