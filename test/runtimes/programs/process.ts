/*
 * Has every conversation with libzmq in another process, and prints how many worked. The arguments:
 * where far ends are, and a directory for sockets.
 */
import { converse } from './conversations.js'

const [farEnds = '', directory = ''] = process.argv.slice(2)
let sockets = 0

const addresses = {
  tcp: () => 'tcp://127.0.0.1:*',
  ipc: () => `ipc://${directory}/${String((sockets += 1))}`,
  ws: () => 'ws://127.0.0.1:*',
}
console.log(await converse(farEnds, addresses, ['binds', 'connects']))
