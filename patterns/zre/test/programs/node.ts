/** A node of its own process: says its id, then joins a group and repeats what is whispered to it. */

import { UdpBeacon, Zre } from '../../index.js'

const [port, name] = process.argv.slice(2)
const beacon = new UdpBeacon({ port: Number(port), interface: '127.0.0.1' })
const node = new Zre({
  name: String(name),
  beacon,
  interval: 50,
  headers: { 'X-SERVICE-echo': 'inproc://echo' },
})
const watch = node.watch()
node.join('G')
await node.start()
console.log(node.id)
for await (const event of watch) {
  if (event.type === 'whisper') node.whisper(event.peer.id, ['echo', ...event.content])
}
