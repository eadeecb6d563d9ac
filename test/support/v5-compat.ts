import { once } from 'node:events'
import * as native from 'zeromq/v5-compat.js'
import * as compat from 'zerowire/v5-compat'
import { track } from './track.js'
import { attemptUntil } from './turn.js'

export { until } from './turn.js'

/** What both libraries export; the reference's own types are the contract. */
export type Compat = typeof native
export type CompatSocket = native.Socket

/** This library under the types of the reference. */
export const ours = compat as unknown as Compat
export { native }

/** For suites that hold for both. */
export const libraries = [
  { name: 'zeromq/v5-compat', zmq: native },
  { name: 'zerowire/v5-compat', zmq: ours },
]

/** Who talks to whom; the reference with itself proves the suites. */
export const pairings = libraries.flatMap((near) =>
  libraries.map((far) => ({
    pairing: `${near.name} to ${far.name}`,
    near: near.zmq,
    far: far.zmq,
  })),
)

/** A tracked socket. */
export function open(zmq: Compat, type: native.SocketType, options?: object): CompatSocket {
  return track(zmq.createSocket(type, options))
}

/** Binds, and returns what to connect to. */
export async function bound(socket: CompatSocket, address = 'tcp://127.0.0.1:*'): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    socket.bind(address, (error) => {
      if (error === undefined) resolve()
      else reject(error)
    })
  })
  return String(socket['last_endpoint'])
}

/** The arguments of the next such event, as text where they are bytes. */
export async function next(socket: CompatSocket, event = 'message'): Promise<unknown[]> {
  return readable((await once(socket, event)) as unknown[])
}

export function readable(values: unknown[]): unknown[] {
  return values.map((value) => (value instanceof Uint8Array ? String(value) : value))
}

/** The next messages from now on. */
export async function messages(socket: CompatSocket, count: number): Promise<unknown[][]> {
  const got: unknown[][] = []
  await new Promise<void>((resolve, reject) => {
    const listener = (...parts: unknown[]): void => {
      if (got.push(readable(parts)) < count) return
      socket.off('message', listener).off('error', reject)
      resolve()
    }
    socket.on('message', listener).on('error', reject)
  })
  return got
}

/** Waits for a message of this one part, and forgets those before it. */
export function heard(socket: CompatSocket, text: string): Promise<void> {
  return new Promise((resolve) => {
    socket.on('message', function listener(part: unknown) {
      if (String(part) !== text) return
      socket.off('message', listener)
      resolve()
    })
  })
}

/** Sends, and returns what the callback is called with. */
export function sent(socket: CompatSocket, message: string | string[]): Promise<unknown[]> {
  return new Promise((resolve) => {
    socket.send(message, 0, (...args: unknown[]) => {
      resolve(args)
    })
  })
}

/** Repeats something until a promise is kept, as one must to be heard by a new subscriber. */
export async function repeatUntil<T>(kept: Promise<T>, work: () => void): Promise<T> {
  let over = false
  const watch = kept.finally(() => {
    over = true
  })
  await attemptUntil(() => over, work)
  return watch
}
