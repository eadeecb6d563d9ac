import type { Socket } from 'zerowire'
import { ZmqError } from 'zerowire/extra'
import { misuse } from './exit.js'
import { textOf, type Run } from './run.js'

/** Where a socket listens, and what it connects to. */
export interface Places {
  readonly bind: readonly string[]
  readonly connect: readonly string[]
}

/** Endpoints as they come from a command line. */
export interface EndpointOptions {
  readonly bind?: readonly string[]
  readonly connect?: readonly string[]
}

/** A listener may leave its host or port open; whoever connects cannot. */
const OPEN = /^(\w+:\/\/\*:|(tcp|wss?):\/\/.*:\*(\/|$)|ipc:\/\/\*$)/

/**
 * Sorts endpoints: those that have a `*` for host or port are bound, others connected, unless an option says which.
 * @throws Stop when there are none.
 */
export function placesOf(given: readonly string[], options: EndpointOptions): Places {
  const places = {
    bind: [...given.filter((each) => OPEN.test(each)), ...(options.bind ?? [])],
    connect: [...given.filter((each) => !OPEN.test(each)), ...(options.connect ?? [])],
  }
  if (places.bind.length + places.connect.length > 0) return places
  throw misuse('no endpoint: expected one such as tcp://127.0.0.1:5555, or --bind, or --connect')
}

/** Binds and connects a socket. @throws Stop for an endpoint that is none. */
export async function attach(
  socket: Socket,
  places: Places,
  run: Pick<Run, 'note'>,
): Promise<void> {
  for (const each of places.bind) {
    try {
      await socket.bind(each)
    } catch (error) {
      throw judged(error)
    }
    run.note(`bound to ${socket.lastEndpoint ?? each}`)
  }
  for (const each of places.connect) {
    try {
      socket.connect(each)
    } catch (error) {
      throw judged(error)
    }
  }
}

const MISUSES: ReadonlySet<string> = new Set(['EINVAL', 'EPROTONOSUPPORT', 'ENAMETOOLONG'])

/** An endpoint that nobody could bind or connect was a mistake of whoever typed it. */
function judged(error: unknown): unknown {
  return error instanceof ZmqError && MISUSES.has(error.code) ? misuse(textOf(error)) : error
}
