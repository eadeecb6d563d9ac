/** Sends without end, as fast as it can, to the addresses given. */
import { Push } from 'zerowire'

const message = Buffer.from('sixteen bytes ..')

await Promise.all(
  process.argv.slice(2).map(async (address) => {
    const push = new Push()
    push.connect(address)
    for (;;) await push.send(message)
  }),
)
