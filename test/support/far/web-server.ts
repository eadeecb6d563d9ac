import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A server for WebSockets. */
export interface WebServer {
  readonly server: Server
  readonly endpoint: string
  /** Ends it and all its connections, as the end of a process would. */
  close(): void
}

/** Waits for WebSockets where a `ws://` address says, `*` being any port. */
export async function serve(address: string): Promise<WebServer> {
  const { hostname, port } = new URL(address.replace('*', '0'))
  const server = createServer()
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(Number(port), hostname)
  await once(server, 'listening')
  const bound = server.address() as AddressInfo
  const close = (): void => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return { server, endpoint: `ws://${hostname}:${String(bound.port)}/`, close }
}

/** The events of a socket that tells nothing. */
export const noEvents: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({
    next: () => Promise.resolve({ done: true, value: undefined }),
  }),
}
