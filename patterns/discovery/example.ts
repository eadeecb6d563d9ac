/** Jobs go to whoever is there: workers come and go, and the sender never names them. */

import { Pull, Push } from 'zerowire'
import { follow, StaticDiscovery } from 'zerowire/patterns/discovery'

const discovery = new StaticDiscovery()
const push = new Push()
const following = follow(push, discovery, {
  service: 'resize',
  onEvent: ({ type }) => console.log(type),
})

async function work(name: string): Promise<void> {
  const worker = new Pull()
  await worker.bind('tcp://127.0.0.1:*')
  const endpoint = String(worker.lastEndpoint)
  discovery.add('resize', endpoint)
  // Waits until somebody is there.
  await push.send(`a job for ${name}`)
  const [job] = await worker.receive()
  console.log(String(job))
  discovery.remove('resize', endpoint)
  await worker.close()
}

await following.ready
await work('Ann')
await work('Bob')
await push.close()
await discovery.close()

// Prints:
//   connect
//   a job for Ann
//   disconnect
//   connect
//   a job for Bob
//   disconnect
