/** Two sockets whose observers throw, at every event, what is not even an Error. */
import { Pull, Push, type EventType } from 'zerowire'

process.on('uncaughtException', (error: unknown) => {
  console.log(`thrown: ${String(error)}`)
})

const [scheme = 'tcp'] = process.argv.slice(2)
const types: readonly EventType[] = ['bind', 'accept', 'connect', 'handshake', 'disconnect', 'end']

const pull = new Pull()
const push = new Push()
for (const { events } of [pull, push]) {
  for (const type of types) {
    events.on(type, () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- it is what this is about
      throw type
    })
  }
}
// Called after the one that throws.
const disconnected = new Promise((resolve) => pull.events.on('disconnect', resolve))

await pull.bind(scheme === 'ipc' ? 'ipc://*' : `${scheme}://127.0.0.1:*`)
push.connect(String(pull.lastEndpoint))
for (const text of ['0', '1', '2']) {
  await push.send(text)
  console.log(`received: ${String(await pull.receive())}`)
}
await push.close()
await disconnected
await pull.close()
await new Promise((resolve) => setImmediate(resolve))
console.log('closed')
