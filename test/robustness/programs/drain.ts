/** Receives without end, as fast as it can. */
import { Pull } from 'zerowire'

const pull = new Pull()
await pull.bind('tcp://127.0.0.1:*')
console.log(pull.lastEndpoint)
for (;;) await pull.receive()
