import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { EXIT, misuse, Stop } from '../exit.js'
import { textOf, type Run } from '../run.js'
import type { Side } from './item-text.js'

/** Where something listens. */
type Place = { path: string } | { host: string; port: number }

/** Takes in what one side of one connection says. */
export interface Listener {
  push(chunk: Uint8Array): Promise<void>
  end(): Promise<void>
}

/**
 * Stands between clients and a server until the command ends: whatever one side says is shown, and passed on to
 * the other as it is.
 * @param count connections to serve, after which it ends by itself.
 */
export async function relay(
  target: string,
  listen: string,
  listener: (connection: number, side: Side) => Listener,
  count: number,
  run: Run,
): Promise<void> {
  const there = placeOf(target, false)
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true })
  await listening(server, placeOf(listen, true), listen)
  run.note(`bound to ${addressOf(server)}, in front of ${target}`)
  const open = new Set<Socket>()
  const abort = (): void => {
    server.close()
    for (const socket of open) socket.destroy()
  }
  run.signal.addEventListener('abort', abort)
  let connections = 0
  server.on('connection', (client) => {
    const upstream = connect({ ...there, allowHalfOpen: true })
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('close', () => open.delete(socket))
      // Whoever reads it hears of that; somebody has to at any time.
      socket.on('error', () => undefined)
    }
    // Nothing was said: it does not count, and the client comes back by itself.
    const refused = (error: Error): void => {
      run.note(`${target}: ${error.message}`)
      client.destroy()
    }
    upstream.once('error', refused)
    upstream.once('connect', () => {
      upstream.off('error', refused)
      const number = (connections += 1)
      if (number === count) server.close()
      const both = [
        pass(client, upstream, listener(number, 'client')),
        pass(upstream, client, listener(number, 'server')),
      ]
      Promise.all(both).catch((error: unknown) => {
        client.destroy()
        upstream.destroy()
        if (!run.signal.aborted) run.note(`#${String(number)}: ${textOf(error)}`)
      })
    })
  })
  await once(server, 'close')
  run.signal.removeEventListener('abort', abort)
  run.signal.throwIfAborted()
}

async function pass(from: Socket, to: Socket, listener: Listener): Promise<void> {
  for await (const chunk of from) {
    await listener.push(chunk as Uint8Array)
    if (!to.write(chunk as Uint8Array)) await once(to, 'drain')
  }
  await listener.end()
  to.end()
}

async function listening(server: Server, place: Place, given: string): Promise<void> {
  server.listen(place)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new Stop(
      EXIT.error,
      `${given}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

function addressOf(server: Server): string {
  const address = server.address() as AddressInfo | string
  if (typeof address === 'string') return `ipc://${address}`
  const { family, port } = address
  return `tcp://${family === 'IPv6' ? `[${address.address}]` : address.address}:${String(port)}`
}

function placeOf(endpoint: string, open: boolean): Place {
  const [, path] = /^ipc:\/\/(.+)$/.exec(endpoint) ?? []
  if (path !== undefined) return { path: path.replace(/^@/, '\0') }
  const [, host = '', port = ''] = /^tcp:\/\/\[?([^\]/]+?)\]?:(\d{1,5}|\*)$/.exec(endpoint) ?? []
  if (host === '' || Number(port) > 65535 || (!open && (host === '*' || !(Number(port) > 0)))) {
    throw misuse(`${endpoint}: expected tcp://host:port or ipc://path`)
  }
  return { host: host === '*' ? '::' : host, port: port === '*' ? 0 : Number(port) }
}
