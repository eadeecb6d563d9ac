import { onTestFinished } from 'vitest'
import * as zerowire from 'zerowire'
import { factoryOf, LocalFar, type Far, type FarSpec } from './far/far.js'
import { openRemote } from './far/remote.js'
import type { SocketName } from './implementations.js'
import { track } from './track.js'
import { nextTurn } from './turn.js'

/** What tests need that run in Node and in a browser. */

/**
 * How the far end is reached: within the thread, by inproc in another thread (a worker of the page,
 * in a browser), or by `ws://` to that library in another process.
 */
export type Way = 'inproc' | 'threads' | FarSpec['library']

/** The ways between processes. */
export const overNetwork = ['zerowire', 'zeromq'] as const satisfies Way[]

export const inBrowser = typeof document === 'object'

/** The ways over which everything has to work. */
export const ways: readonly Way[] = ['inproc', 'threads', ...overNetwork]

let names = 0

/** A far end that listens. */
export async function far(
  way: Way,
  type: FarSpec['type'],
  about: Pick<FarSpec, 'options' | 'subscribe'> = {},
): Promise<Far> {
  const end = await openFar(way, { library: 'zerowire', type, address: '', ...about })
  onTestFinished(() => end.close())
  return end
}

async function openFar(way: Way, spec: FarSpec): Promise<Far> {
  if (way !== 'inproc' && way !== 'threads') {
    return openRemote({ ...spec, library: way, address: 'ws://127.0.0.1:*' })
  }
  const near = { ...spec, address: `inproc://far-${String((names += 1))}` }
  if (way === 'inproc') return LocalFar.open(factoryOf(zerowire), near)
  if (inBrowser) return (await import('./far/in-worker.js')).openInWorker(near)
  // A browser cannot load it.
  const { openInThread } = await import('./far/in-thread.js')
  return openInThread(near)
}

type Classes = typeof zerowire

/** A socket of ours that ends with the test, connected to a far end. */
export function near<N extends SocketName>(
  name: N,
  end?: Far,
  options: ConstructorParameters<Classes[N]>[0] = {},
): InstanceType<Classes[N]> {
  const constructor = zerowire[name] as unknown as new (options: object) => zerowire.Socket
  const socket = track(new constructor({ linger: 0, reconnectInterval: 1, ...options }))
  if (end !== undefined) {
    socket.connect(end.endpoint)
    // Before the socket closes: libzmq leaves a browser's goodbye unanswered, which takes a second.
    onTestFinished(() => end.close())
  }
  return socket as InstanceType<Classes[N]>
}

/** Waits until the socket has so many peers. */
export async function untilPeers(socket: zerowire.Socket, count = 1): Promise<void> {
  while (socket.stats.peers !== count) await nextTurn()
}
