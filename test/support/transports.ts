import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export { rebind } from './rebind.js'

export type Scheme = 'tcp' | 'ipc' | 'inproc' | 'ws' | 'wss'

/** Those that need no options. */
export const schemes = ['tcp', 'ipc', 'inproc', 'ws'] as const satisfies Scheme[]

/** Where nobody listens, and nobody can come to: the port is neither free to all nor ephemeral. */
export const deserted = 'tcp://127.0.0.1:1'

interface Endpoint {
  readonly lastEndpoint: string | null
  bind(address: string): Promise<void>
}

let inprocNames = 0

/** An empty directory that lives as long as the running test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'zw-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}

/** An address that nobody else uses, to bind to. */
export function freshAddress(scheme: Scheme): string {
  switch (scheme) {
    case 'tcp':
    case 'ws':
    case 'wss':
      return `${scheme}://127.0.0.1:*`
    case 'ipc':
      return `ipc://${join(temporaryDirectory(), 'socket')}`
    case 'inproc':
      return `inproc://test-${String((inprocNames += 1))}`
  }
}

/** The endpoint as resolved by the last bind or connect. */
export function endpointOf(socket: Endpoint): string {
  if (socket.lastEndpoint === null) throw new Error('the socket has no endpoint')
  return socket.lastEndpoint
}

/** Binds to a fresh address and returns what to connect to. */
export async function bindFresh(socket: Endpoint, scheme: Scheme = 'tcp'): Promise<string> {
  await socket.bind(freshAddress(scheme))
  return endpointOf(socket)
}
