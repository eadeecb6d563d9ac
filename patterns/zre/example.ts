/** Two programs that know nothing of each other meet on the network, talk in a group, and one leaves. */

import { UdpBeacon, Zre } from 'zerowire/patterns/zre'

// On the loopback interface, and a port of our own: without options it is the LAN, and port 5670.
const network = { interface: '127.0.0.1', port: 40_000 + (process.pid % 20_000) }

async function bob(): Promise<void> {
  const node = new Zre({
    name: 'Bob',
    headers: { 'X-ROOM': '12' },
    beacon: new UdpBeacon(network),
  })
  node.join('chat')
  const events = node.watch()
  await node.start()
  for await (const event of events) {
    if (event.type === 'whisper') break
    if (event.type !== 'shout') continue
    console.log(`Bob hears: ${String(event.content[0])}`)
    node.whisper(event.peer.id, `hello, ${event.peer.name}`)
  }
  await node.close()
}

const ann = new Zre({ name: 'Ann', beacon: new UdpBeacon(network) })
const events = ann.watch()
await ann.start()
const talk = bob()

for await (const event of events) {
  const { id, name, headers } = event.peer
  if (event.type === 'enter') console.log(`${name} is there, in room ${headers.get('X-ROOM')}`)
  if (event.type === 'join') ann.shout(event.group, 'is anybody there?')
  if (event.type === 'whisper') {
    console.log(`${name} whispers: ${String(event.content[0])}`)
    ann.whisper(id, 'bye')
  }
  if (event.type === 'exit') {
    console.log(`${name} has ${event.reason}`)
    break
  }
}
await talk
await ann.close()

// Prints:
//   Bob is there, in room 12
//   Bob hears: is anybody there?
//   Bob whispers: hello, Ann
//   Bob has left
