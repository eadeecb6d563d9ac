import type { ServiceView, SocketView } from './watch.js'

export interface Port {
  readonly service: string
  readonly socket: string
}

/** Two sockets that talk to each other. */
export interface Edge {
  readonly from: Port
  readonly to: Port
  readonly transport: string
  /** Messages per second, both ways. */
  readonly rate: number
  readonly isLosing: boolean
}

/** Who begins a conversation with whom. */
const partners: Readonly<Record<string, readonly string[]>> = {
  PUSH: ['PULL'],
  PUB: ['SUB', 'XSUB'],
  XPUB: ['SUB', 'XSUB'],
  REQ: ['REP', 'ROUTER'],
  DEALER: ['REP', 'ROUTER'],
}
const isFlow = new Set(['PUSH', 'PUB', 'XPUB'])

/** What is left of an endpoint when each side may know the host by another name. */
const endpointParts = /^(?<transport>\w+):\/\/(?:[^/]*(?=:\d))?(?<place>.*)$/

/** The edges between sockets that are bound and connected to the same endpoint. */
export function edgesOf(services: readonly ServiceView[]): Edge[] {
  const ports = services.flatMap((service) =>
    service.sockets.map((socket) => ({ service, socket, ...parse(socket.endpoint) })),
  )
  return ports.flatMap((from) =>
    ports
      .filter((to) => partners[from.socket.type]?.includes(to.socket.type))
      .filter(({ transport, place }) => transport === from.transport && place === from.place)
      .map((to) => ({
        from: { service: from.service.name, socket: from.socket.name },
        to: { service: to.service.name, socket: to.socket.name },
        transport: from.transport,
        rate: between(from.socket, to.socket),
        isLosing: from.socket.isLosing || to.socket.isLosing,
      })),
  )
}

function parse(endpoint: string): { transport: string; place: string } {
  const { transport = '', place = '' } = endpointParts.exec(endpoint)?.groups ?? {}
  return { transport, place }
}

/** A socket with several peers counts for all of them: the one with fewer messages is telling. */
function between(one: SocketView, other: SocketView): number {
  const rate = (from: SocketView, to: SocketView): number =>
    Math.min(from.outgoing.messages ?? 0, to.incoming.messages ?? 0)
  return rate(one, other) + rate(other, one)
}

/** How far from a source of messages each service is. */
export function layersOf(
  services: readonly ServiceView[],
  edges: readonly Edge[],
): Map<string, number> {
  const layers = new Map(services.map(({ name }) => [name, 0]))
  const types = new Map(
    services.flatMap(({ name, sockets }) => sockets.map((s) => [`${name} ${s.name}`, s.type])),
  )
  const flows = edges.filter(({ from }) =>
    isFlow.has(types.get(`${from.service} ${from.socket}`) ?? ''),
  )
  // Once for each service is enough, unless they run in circles.
  services.forEach(() => {
    for (const { from, to } of flows) {
      const next = (layers.get(from.service) ?? 0) + 1
      const isCloser = (layers.get(to.service) ?? 0) < next
      if (isCloser && next < services.length) layers.set(to.service, next)
    }
  })
  return layers
}
