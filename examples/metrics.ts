/**
 * What goes on inside sockets: `stats` for a program itself, text for Prometheus, and channels of
 * `node:diagnostics_channel` for those who trace. Nothing of it has to be switched on.
 */

import { once } from 'node:events'
import { subscribe } from 'node:diagnostics_channel'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pull, Push } from 'zerowire'
import { prometheusHandler } from 'zerowire/prometheus'

subscribe('zerowire:message:drop', (message) => {
  const { reason, count } = message as { reason: string; count: number }
  console.log(`traced: ${count} dropped, ${reason}`)
})

const sink = new Pull({ receiveHighWaterMark: 10 })
await sink.bind('inproc://work')
const source = new Push({ sendHighWaterMark: 50, linger: 0 })
source.connect('inproc://work')

for (let number = 0; number < 60; number++) await source.send('twelve bytes')
for (let number = 0; number < 25; number++) await sink.receive()

const { sent, queued, bytes, perPeer = [] } = source.stats
console.log(`sent ${sent}: ${(bytes?.sent ?? 0) / 12} went, ${queued.outgoing} wait`)
for (const { endpoint, peer, connected, meanWait } of perPeer) {
  console.log(`${endpoint}, ${peer?.socketType ?? 'nobody yet'}, connected: ${connected}`)
  console.log(`those that had to wait did so for ${meanWait.outgoing.toFixed(3)} ms`)
}

// Where it is to be seen from outside: for Prometheus, or for curl.
const server = createServer(prometheusHandler())
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = server.address() as AddressInfo
const response = await fetch(`http://127.0.0.1:${port}/metrics`)
for (const line of (await response.text()).split('\n')) {
  if (line.startsWith('zerowire_received_messages_total')) console.log(line)
}
server.close()
server.closeAllConnections()

// With linger 0 what has not left is dropped, and counted.
await source.close()
console.log(`dropped: ${source.stats.dropped.closed}`)
await sink.close()

// Prints:
//   sent 60: 35 went, 25 wait
//   inproc://work, PULL, connected: true
//   those that had to wait did so for … ms
//   zerowire_received_messages_total{id="1",type="PULL",endpoint="inproc://work"} 25
//   zerowire_received_messages_total{id="2",type="PUSH",endpoint="inproc://work"} 0
//   traced: 25 dropped, closed
//   dropped: 25
//   traced: … dropped, closed
