import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import type { End } from '../task.js'

/** Waits for the one connection of a run. */
export async function accept({ task, bound }: End): Promise<Socket> {
  const server = createServer({ noDelay: true })
  const { protocol, pathname } = new URL(task.endpoint)
  if (protocol === 'ipc:') server.listen(pathname)
  else server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  bound(typeof address === 'object' ? `tcp://127.0.0.1:${address?.port ?? 0}` : task.endpoint)
  const [socket] = (await once(server, 'connection')) as [Socket]
  server.close()
  return socket
}

export async function reach({ task }: End): Promise<Socket> {
  const { protocol, pathname, hostname, port } = new URL(task.endpoint)
  const socket =
    protocol === 'ipc:'
      ? createConnection(pathname)
      : createConnection({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  return socket
}
