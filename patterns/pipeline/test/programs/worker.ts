/**
 * A worker that tells of each job which it begins, and ends it when it is told to by SIGUSR2:
 * `worker.ts <ventilator> <sink> [at once]`.
 */
import { once } from 'node:events'
import { Worker } from 'zerowire/patterns/pipeline'

const [ventilator = '', sink = '', how] = process.argv.slice(2)

new Worker({
  ventilators: [ventilator],
  sink,
  heartbeatInterval: 50,
  // The other side decides who is dead.
  liveness: 1000,
  resendInterval: 50,
  async work({ number }) {
    const told = how === undefined ? once(process, 'SIGUSR2') : undefined
    console.log(`has ${number}`)
    await told
    return `result ${number}`
  },
})
console.log('ready')
