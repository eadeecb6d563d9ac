import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import type { End } from '../task.js'

/** Waits for the one connection of a run. */
export async function accept({ task, bound }: End): Promise<Socket> {
  const server = createServer({ noDelay: true })
  const path = pathOf(task.endpoint)
  if (path !== undefined) server.listen(path)
  else server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  bound(typeof address === 'object' ? `tcp://127.0.0.1:${address?.port ?? 0}` : task.endpoint)
  const [socket] = (await once(server, 'connection')) as [Socket]
  server.close()
  return socket
}

export async function reach({ task }: End): Promise<Socket> {
  const path = pathOf(task.endpoint)
  const socket =
    path !== undefined
      ? createConnection(path)
      : createConnection({ ...tcpAddress(task.endpoint), noDelay: true })
  await once(socket, 'connect')
  return socket
}

function pathOf(endpoint: string): string | undefined {
  return /^ipc:\/\/(.*)/.exec(endpoint)?.[1]
}

function tcpAddress(endpoint: string): { host: string; port: number } {
  const { hostname, port } = new URL(endpoint)
  return { host: hostname, port: Number(port) }
}
