/** Simple Pirate: clients that ask again, a queue, and workers, one of which leaves in the middle of its work. */
import { LazyPirate } from 'zerowire/patterns/lazy-pirate'
import { LoadBalancer, LoadBalancerWorker } from 'zerowire/patterns/load-balancer'

const queue = new LoadBalancer()
const { frontEnd, backEnd } = await queue.bind('tcp://127.0.0.1:*', 'tcp://127.0.0.1:*')

// Takes a request and never replies to it.
const taken = new Promise<void>((resolve) => {
  const sick = new LoadBalancerWorker(backEnd, async () => {
    resolve()
    await sick.close()
    return 'never sent'
  })
})

const client = new LazyPirate(frontEnd, { timeout: 200, tries: 5 })
const answer = client.request('6')
await taken
const worker = new LoadBalancerWorker(backEnd, ([number]) => `${Number(String(number)) * 7}`, {
  credits: 2,
})
console.log(`answer: ${String((await answer)[0])}`)
console.log(`asked again: ${client.stats.retries > 0}, lost with a worker: ${queue.stats.lost}`)

// Many clients share the workers.
const clients = Array.from({ length: 10 }, () => new LazyPirate(frontEnd))
const answers = await Promise.all(
  clients.map(async (each, number) => Number(String((await each.request(String(number)))[0]))),
)
console.log(answers.join(' '))
await Promise.all([client, ...clients, worker, queue].map((part) => part.close()))

// Prints:
//   answer: 42
//   asked again: true, lost with a worker: 1
//   0 7 14 21 28 35 42 49 56 63
