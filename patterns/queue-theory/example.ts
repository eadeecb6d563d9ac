/**
 * Three queues under the same load, 9 messages every 10 ms: one worker is quick enough, one is so on
 * average but naps every other time, one is too slow.
 */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { Pull, Push } from 'zerowire'
import { ManualClock } from 'zerowire/patterns/clock'
import { draw, QueueMeter } from 'zerowire/patterns/queue-theory'

// Ten seconds in no time. Without it, the meter reads the clock of the system.
const clock = new ManualClock()
const meter = new QueueMeter({ clock, interval: 10 })

/** Messages that each worker takes in the interval of that number. */
const workers: Record<string, (interval: number) => number> = {
  quick: () => 100,
  naps: (interval) => (interval % 2 === 0 ? 18 : 0),
  slow: () => 8,
}

const queues = []
for (const [name, pace] of Object.entries(workers)) {
  const pull = new Pull({ receiveHighWaterMark: 0 })
  const push = new Push()
  await pull.bind(`inproc://${name}`)
  push.connect(`inproc://${name}`)
  meter.watch(name, pull, 'incoming')
  queues.push({ push, pull, pace, sent: 0 })
}

for (let interval = 1; interval <= 1000; interval++) {
  for (const queue of queues) {
    for (let left = queue.pace(interval); left > 0; left--) {
      if (queue.pull.readable) await queue.pull.receive()
    }
    for (let message = 0; message < 9; message++) await queue.push.send('work')
    queue.sent += 9
    const { stats } = queue.pull
    while (stats.received + queue.pull.stats.queued.incoming < queue.sent) await nextTurn()
  }
  clock.advance(10)
}

console.log(draw(meter.report()))

await meter.close()
for (const { push, pull } of queues) {
  await pull.close()
  await push.close()
}

// Prints:
//   queue   now      L  λ/s   W ms  busy  drops
//   quick     9    9.0  899   10.0  100%      0  ▍
//   naps      9   13.5  899   15.0  100%      0  ▌
//   slow   1008  508.5  799  636.3  100%      0  ████████████████████
