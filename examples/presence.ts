/**
 * Who is there: workers register by a message that is sent first on each of their connections, also
 * after a reconnect, and the manager hears when one of them comes or goes, without heartbeats of its own.
 */

import { Dealer, Router } from 'zerowire'
import { peerOf } from 'zerowire/extra'

const manager = new Router({
  disconnectMessage: 'gone',
  messagePeers: true,
  // Also when a cable is cut, and nobody says goodbye.
  heartbeatInterval: 1000,
})
await manager.bind('tcp://127.0.0.1:*')

const worker = new Dealer({
  routingId: 'worker-1',
  helloMessage: 'ready',
  metadata: { 'X-Skills': 'resize, crop' },
})
worker.connect(String(manager.lastEndpoint))

for await (const message of manager) {
  const [id, word] = message
  console.log(`${String(id)} (${peerOf(message)?.metadata['x-skills']}): ${String(word)}`)
  if (String(word) === 'gone') break
  await worker.close()
}
await manager.close()

// Prints:
//   worker-1 (resize, crop): ready
//   worker-1 (resize, crop): gone
