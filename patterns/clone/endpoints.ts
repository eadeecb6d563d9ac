import { ZmqError } from 'zerowire/extra'

/** The three endpoints of a server (RFC 12), where they are not ports P, P + 1 and P + 2. */
export interface CloneEndpoints {
  /** Where clients ask for all there is (ROUTER). */
  readonly snapshot: string
  /** Where clients hear of changes (PUB). */
  readonly publisher: string
  /** Where clients send changes of theirs (SUB). */
  readonly collector: string
}

/**
 * The places of a server that has them one after the other, as RFC 12 wants it: ports P, P + 1, P + 2.
 * @throws TypeError when that is no endpoint with a port.
 */
export function endpointsOf(server: string | CloneEndpoints): CloneEndpoints {
  if (isThree(server)) return server
  const [, host, port] = /^(\w+:\/\/.+):(\d+)$/.exec(server) ?? []
  const first = Number(port)
  if (host === undefined || first < 1 || first > 65_533) {
    const expected = 'an endpoint with a port from 1 to 65533, such as tcp://127.0.0.1:5556'
    throw new TypeError(
      `a server is three endpoints, or ${expected}, not ${JSON.stringify(server)}`,
    )
  }
  return {
    snapshot: server,
    publisher: `${host}:${first + 1}`,
    collector: `${host}:${first + 2}`,
  }
}

function isThree(server: string | CloneEndpoints): server is CloneEndpoints {
  const { snapshot, publisher, collector } = Object(server) as Partial<CloneEndpoints>
  return [snapshot, publisher, collector].every((endpoint) => typeof endpoint === 'string')
}

interface Bindable {
  readonly lastEndpoint: string | null
  bind(address: string): Promise<void>
  unbind(address: string): Promise<void>
}

/** The sockets of a server: snapshot, publisher, collector. */
type Three = readonly [Bindable, Bindable, Bindable]

/** How often to look for three free ports in a row; of one that is free, the next two mostly are. */
const TRIES = 100

/** Binds all three, or none. With `*` as its port they are some in a row. @throws as `Socket.bind()`. */
export async function bindAll(
  sockets: Three,
  server: string | CloneEndpoints,
): Promise<CloneEndpoints> {
  if (typeof server !== 'string' || !server.endsWith(':*')) {
    const endpoints = endpointsOf(server)
    return bindAt(sockets, endpoints.snapshot, () => endpoints)
  }
  for (let tries = 1; ; tries++) {
    try {
      return await bindAt(sockets, server, endpointsOf)
    } catch (error) {
      if (tries === TRIES || !(error instanceof ZmqError) || error.code !== 'EADDRINUSE')
        throw error
    }
  }
}

/** @param others where the second and the third shall be, when the first is bound. */
async function bindAt(
  sockets: Three,
  first: string,
  others: (bound: string) => CloneEndpoints,
): Promise<CloneEndpoints> {
  const bound: string[] = []
  const bind = async (address: string): Promise<string> => {
    const socket = sockets[bound.length]
    await socket?.bind(address)
    const endpoint = String(socket?.lastEndpoint)
    bound.push(endpoint)
    return endpoint
  }
  try {
    const snapshot = await bind(first)
    const { publisher, collector } = others(snapshot)
    return { snapshot, publisher: await bind(publisher), collector: await bind(collector) }
  } catch (error) {
    for (const [at, endpoint] of bound.entries()) await sockets[at]?.unbind(endpoint)
    throw error
  }
}
