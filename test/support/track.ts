import { onTestFinished } from 'vitest'

interface Closable {
  readonly closed: boolean
  close(): unknown
}

/** Closes the socket when the running test ends, however it ends, and without lingering. */
export function track<T extends Closable>(socket: T): T {
  onTestFinished(async () => {
    if (socket.closed) return
    if ('linger' in socket) socket.linger = 0
    await socket.close()
  })
  return socket
}
