/**
 * One kind of stranger, so often or so much that whatever it left would be seen. Prints what the
 * process holds before the most of it and after.
 */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket as NetSocket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Publisher, Pull } from 'zerowire'
import { heldBytes } from '../../support/memory.js'
import { command, frame, greeting, message, MORE, ping, ready } from '../../support/wire.js'
import { header, repeat } from '../attack.js'

const hello = (socketType: string): Buffer => Buffer.concat([greeting(), ready(socketType)])

function dialBare(address: string): NetSocket {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(address).port) })
  return socket.on('error', () => undefined)
}

/** Writes without end of its own, as fast as it is read. */
async function pour(socket: NetSocket, bytes: Buffer, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    if (!socket.write(bytes)) await once(socket, 'drain')
  }
}

async function bound<T extends Pull | Publisher>(
  socket: T,
): Promise<{ socket: T; address: string }> {
  await socket.bind('tcp://127.0.0.1:*')
  return { socket, address: String(socket.lastEndpoint) }
}

/** What is done in rounds, the first of which does not count. */
type Scenario = () => Promise<() => Promise<void>>

/** One that talks without end to a Publisher, and reads nothing. */
const talker =
  (bytes: Buffer): Scenario =>
  async () => {
    const { socket, address } = await bound(new Publisher())
    const stranger = dialBare(address).pause()
    stranger.write(hello('SUB'))
    while (socket.stats.peers === 0) await nextTurn()
    return () => pour(stranger, bytes, 100)
  }

const half = Buffer.concat([hello('PUSH'), repeat(frame(MORE, Buffer.alloc(1000)), 10)])

const scenarios: Record<string, Scenario> = {
  async 'clients that leave half a message'() {
    const { socket, address } = await bound(new Pull())
    return async () => {
      for (let count = 0; count < 2500; count += 1) {
        const stranger = dialBare(address).resume()
        stranger.end(half)
        await once(stranger, 'close')
      }
      while (socket.stats.peers > 0) await nextTurn()
    }
  },
  async 'servers that leave half a message'() {
    let answered = 0
    const server = createServer((stranger) => {
      stranger.on('error', () => undefined).resume()
      stranger.end(half)
      answered += 1
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const socket = new Pull({ reconnectInterval: 1 })
    socket.connect(`tcp://127.0.0.1:${port}`)
    return async () => {
      const enough = answered + 500
      // Nobody closes a socket that is still asked for something.
      while (answered < enough && !socket.closed) await nextTurn()
    }
  },
  async 'frames of 2 GiB that only begin'() {
    const { socket, address } = await bound(new Pull())
    const bytes = Buffer.concat([hello('PUSH'), header(0, 2n ** 31n - 1n), Buffer.alloc(100)])
    return async () => {
      const enough = socket.stats.peers + 250
      while (socket.stats.peers < enough) {
        const stranger = dialBare(address).resume()
        stranger.write(bytes)
        await once(stranger, 'data')
        await nextTurn()
      }
    }
  },
  'messages to a Publisher': talker(repeat(message('', 'x'.repeat(100)), 2000)),
  'commands that nobody knows': talker(repeat(command('BOGUS'), 10_000)),
  'PINGs, whose answers are not read': talker(repeat(ping(0, 'x'.repeat(16)), 5000)),
  'subscriptions that are taken back': talker(
    repeat(
      Buffer.concat([command('SUBSCRIBE', Buffer.of(1)), command('CANCEL', Buffer.of(1))]),
      9000,
    ),
  ),
}

async function measure(): Promise<{ bytes: number; rss: number }> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn()
  return { bytes: heldBytes(), rss: process.memoryUsage().rss }
}

const scenario = scenarios[process.argv[2] ?? '']
if (scenario === undefined) throw new Error(`no such flood: ${String(process.argv[2])}`)
const round = await scenario()
await round()
const early = await measure()
for (let count = 0; count < 3; count += 1) await round()
console.log(JSON.stringify({ early, late: await measure() }))
process.exit()
