/** Two servers, of which the first is switched off, and a client that finds the second. */
import { Router } from 'zerowire'
import { BinaryStar, BinaryStarClient } from 'zerowire/patterns/binary-star'

const heartbeat = 100

async function server(role: 'primary' | 'backup') {
  const onActive = (): void => console.log(`${role} serves`)
  const onPassive = (): void => console.log(`${role} stands by`)
  const star = new BinaryStar({ role, heartbeat, onActive, onPassive })
  const state = await star.bind('tcp://127.0.0.1:*')
  const router = new Router()
  await router.bind('tcp://127.0.0.1:*')
  const serving = (async () => {
    // What is not accepted gets no answer: the client asks the other one.
    for await (const [id = '', , body] of router) {
      if (star.vote()) await router.send([id, '', `${String(body)}, says the ${role}`])
    }
  })()
  const stop = async (): Promise<void> => {
    await Promise.all([star.close(), router.close(), serving])
  }
  return { star, state, service: String(router.lastEndpoint), stop }
}

const primary = await server('primary')
const backup = await server('backup')
primary.star.connect(backup.state)
backup.star.connect(primary.state)

const timing = { timeout: 5 * heartbeat, settle: 2 * heartbeat, tries: 100 }
const client = new BinaryStarClient([primary.service, backup.service], timing)
while (backup.star.state !== 'passive') await client.request('hello')
console.log(String(await client.request('one')))
await primary.stop()
console.log(String(await client.request('two')))

await client.close()
await backup.stop()

// Prints:
//   primary serves
//   backup stands by
//   one, says the primary
//   backup serves
//   two, says the backup
