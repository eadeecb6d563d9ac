/** A Push hands out tasks in turn; each task reaches exactly one of the Pulls. */

import { Pull, Push } from 'zerowire'

const foreman = new Push()
const workers = [new Pull(), new Pull(), new Pull()]

for (const worker of workers) {
  await worker.bind('tcp://127.0.0.1:*')
  foreman.connect(String(worker.lastEndpoint))
}

for (let task = 1; task <= 9; task++) await foreman.send(['task', String(task)])

// Closing loses nothing: what is queued is delivered first.
await foreman.close()

for (const [index, worker] of workers.entries()) {
  const tasks: string[] = []
  while (tasks.length < 3) {
    const [, task] = await worker.receive()
    tasks.push(String(task))
  }
  console.log(`worker ${index + 1} got tasks ${tasks.join(', ')}`)
  await worker.close()
}

// Prints:
//   worker 1 got tasks 1, 4, 7
//   worker 2 got tasks 2, 5, 8
//   worker 3 got tasks 3, 6, 9
