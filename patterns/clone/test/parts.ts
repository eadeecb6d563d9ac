import { CloneClient, CloneServer } from 'zerowire/patterns/clone'
import type {
  CloneClientOptions,
  CloneEndpoints,
  CloneServerOptions,
} from 'zerowire/patterns/clone'
import { ManualClock } from 'zerowire/patterns/clock'
import { trackAll } from '../../common/test/tracked.js'
import { until } from '../../../test/support/turn.js'

/** Three places that nobody else has. */
const anywhere: CloneEndpoints = {
  snapshot: 'tcp://127.0.0.1:*',
  publisher: 'tcp://127.0.0.1:*',
  collector: 'tcp://127.0.0.1:*',
}

/** A server that serves alone, its clock, and where it is. */
export async function serving(options: CloneServerOptions = {}) {
  const clock = new ManualClock()
  const server = trackAll(new CloneServer({ clock, ...options }))
  const endpoints = await server.bind(anywhere)
  return { server, clock, endpoints }
}

/** A client, and its clock. */
export function following(
  servers: readonly (string | CloneEndpoints)[],
  options: CloneClientOptions = {},
) {
  const clock = new ManualClock()
  return { client: trackAll(new CloneClient(servers, { clock, ...options })), clock }
}

interface Copy {
  keys(): Iterable<string>
  get(key: string): unknown
}

/** What is in a map, as text. */
export function content(copy: Copy): Record<string, string> {
  return Object.fromEntries(Array.from(copy.keys(), (key) => [key, String(copy.get(key))]))
}

/** Waits until a client has heard all that the server has done. */
export async function caughtUp(client: CloneClient, server: CloneServer): Promise<void> {
  await until(() => client.live && client.sequence >= server.sequence)
}

/** Lets time pass until it is so, but not so fast that what takes some turns would seem to be silent. */
export function living(
  ones: readonly { readonly clock: ManualClock }[],
  holds: () => boolean,
): Promise<void> {
  return until(holds, () => ones.forEach(({ clock }) => clock.advance(20)))
}
