/** Lamps of a house: a map that a panel and a lamp share, with a value that lives only for some time. */
import { CloneClient, CloneServer } from 'zerowire/patterns/clone'

const server = new CloneServer({ heartbeat: 100 })
const { snapshot } = await server.bind('tcp://127.0.0.1:*')

const lamp = new CloneClient([snapshot])
await lamp.set('/lamp/1', 'on')
await lamp.set('/door/1', 'open')

// Who comes later has all there is, and hears of every change from then on.
const panel = new CloneClient([snapshot], { subtree: '/lamp/' })
await panel.synchronized
for (const [key, value] of panel) console.log(`${key} is ${String(value)}`)

const over = new Promise<void>((resolve) => {
  panel.onChange(({ key, value, sequence }) => {
    console.log(`${sequence}: ${key} ${value ? `becomes ${String(value)}` : 'is gone'}`)
    if (key === '/lamp/guest' && !value) resolve()
  })
})
await lamp.set('/lamp/1', 'off')
await panel.set('/lamp/guest', 'on', { ttl: 1 })
await over

await Promise.all([lamp.close(), panel.close(), server.close()])

// Prints:
//   /lamp/1 is on
//   3: /lamp/1 becomes off
//   4: /lamp/guest becomes on
//   5: /lamp/guest is gone
