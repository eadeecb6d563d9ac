import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import { ours, type AnyName } from '../support/drafts.js'
import { zerowire, type AnySocket, type Classes } from '../support/implementations.js'
import { open } from '../support/scope.js'
import { bindFresh, endpointOf, freshAddress, rebind, type Scheme } from '../support/transports.js'

/** What the contract needs to know of a socket type. */
export interface SocketTraits {
  readonly name: AnyName
  /** A type that it can talk to. */
  readonly peer: AnyName
  readonly sends: boolean
  readonly receives: boolean
  /** What it and its peer are made with. */
  readonly options?: Record<string, unknown>
  /** It has to wait with a message while it has no peer. */
  readonly waits?: true
  /** What has to be done with a new socket, of this type or the peer's, before it can take part. */
  prepare?(socket: AnySocket): void
  /** A message, or more, between this socket and its only peer. */
  exchange(socket: AnySocket, peer: AnySocket): Promise<void>
}

/** This library's own additions are looked at too. */
type Ours = (typeof zerowire.Socket)['prototype']

/** Settles when linger has ended. */
async function close(socket: AnySocket): Promise<void> {
  await (socket as unknown as Ours).close()
}

function stats(socket: AnySocket): Ours['stats'] {
  return (socket as unknown as Ours).stats
}

/** What every socket type promises, over every transport, and to peers of another copy of the library. */
export function describeSocket(
  scheme: Scheme,
  traits: SocketTraits,
  peers: Classes<AnyName> = ours,
): void {
  const { name, peer: peerName, exchange } = traits

  function make(type: AnyName, library = ours): AnySocket {
    const more = type === name ? traits.options : {}
    const socket = open(library, type, { linger: 0, reconnectInterval: 1, ...more })
    if (type === 'Subscriber') socket.subscribe()
    if (type === 'XSubscriber') void socket.send('\x01')
    if (type === 'Dish') socket.join('group')
    return socket
  }

  /** The socket, bound, and a peer connected to it. */
  async function pair() {
    const socket = make(name)
    const log = new EventLog(socket)
    const address = await bindFresh(socket, scheme)
    const peer = make(peerName, peers)
    peer.connect(address)
    await exchange(socket, peer)
    return { socket, log, peer, address }
  }

  /** An address that the socket can be bound to later. */
  async function futureAddress(): Promise<string> {
    if (scheme === 'ipc' || scheme === 'inproc') return freshAddress(scheme)
    const placeholder = make('Pair')
    const address = await bindFresh(placeholder, scheme)
    placeholder.close()
    return address
  }

  describe(name, () => {
    it('is bound first, then connected to', async () => {
      const { socket, address } = await pair()
      expect(socket.lastEndpoint).toBe(address)
    })

    it('is connected to first, then bound', async () => {
      const address = await futureAddress()
      const peer = make(peerName, peers)
      peer.connect(address)
      expect(endpointOf(peer)).toBe(address)
      const socket = make(name)
      await rebind(socket, address)
      await exchange(socket, peer)
    })

    it('talks to its next peer when the last one has left', async () => {
      const { socket, peer, address } = await pair()
      await close(peer)
      await untilAlone(socket)
      const next = make(peerName, peers)
      next.connect(address)
      await exchange(socket, next)
    })

    it('talks through another endpoint when one is given up', async () => {
      const { socket, peer, address } = await pair()
      await socket.unbind(address)
      peer.disconnect(address)
      await Promise.all([untilAlone(socket), untilAlone(peer)])
      peer.connect(await bindFresh(socket, scheme))
      await exchange(socket, peer)
    })

    it('counts its peer and its messages', async () => {
      const { socket, peer } = await pair()
      expect(stats(socket)).toMatchObject({ peers: 1, connections: 1 })
      const { sent, received } = stats(socket)
      expect(sent > 0).toBe(traits.sends)
      expect(received > 0 || !traits.receives).toBe(true)
      peer.close()
      await untilAlone(socket)
      expect(stats(socket)).toMatchObject({ peers: 0, connections: 1 })
    })

    it('tells what happens, in order', async () => {
      const { socket, log, peer } = await pair()
      await close(peer)
      await untilAlone(socket)
      socket.close()
      const types = await log.untilEnd()
      const observed = ['bind', 'accept', 'handshake', 'disconnect', 'close', 'end']
      const first = scheme === 'inproc' ? ['end'] : observed
      expect(types.filter((type) => type !== 'close')).toEqual(
        first.filter((type) => type !== 'close'),
      )
      expect(types.at(-1)).toBe('end')
    })

    it('closes once, and its promise settles each time', async () => {
      const { socket } = await pair()
      expect(socket.closed).toBe(false)
      const closing = [close(socket), close(socket)]
      expect(socket.closed).toBe(true)
      await Promise.all(closing)
      await close(socket)
      expect(stats(socket)).toMatchObject({ peers: 0, queued: { incoming: 0, outgoing: 0 } })
    })

    it('frees its address when it closes', async () => {
      const { socket, peer, address } = await pair()
      await close(socket)
      peer.close()
      const next = make(name)
      await next.bind(address)
      expect(endpointOf(next)).toBe(address)
    })

    it('refuses everything once it is closed', async () => {
      const { socket, address } = await pair()
      socket.close()
      const closed = expect.objectContaining({ code: 'EBADF' }) as Error
      const attempts: (() => unknown)[] = [
        () => socket.bind(address),
        () => socket.unbind(address),
        () => {
          socket.connect(address)
        },
        () => {
          socket.disconnect(address)
        },
        () => socket.send('late', { routingId: 1, group: 'group' }),
        () => socket.receive(),
      ]
      for (const attempt of attempts) expect(attempt).toThrow(closed)
      expect(() => socket.linger).toThrow(expect.objectContaining({ code: 'ENOTSOCK' }) as Error)
      expect([socket.readable, socket.writable]).toEqual([false, false])
    })

    it('gives up what waits when it closes', async () => {
      const socket = make(name)
      const waiting: Promise<unknown>[] = []
      if (traits.receives && name !== 'Request') waiting.push(socket.receive())
      if (traits.waits === true) waiting.push(socket.send('unsent'))
      const results = Promise.allSettled(waiting)
      socket.close()
      for (const result of await results) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'EAGAIN' } })
      }
    })

    it('is disposed of, with or without waiting', async () => {
      const { socket, peer } = await pair()
      const [first, second] = [socket, peer] as unknown as [Ours, Ours]
      await first[Symbol.asyncDispose]()
      second[Symbol.dispose]()
      expect([first.closed, second.closed]).toEqual([true, true])
      await second.close()
      expect(second.stats.peers).toBe(0)
    })
  })
}

/** Waits until the socket has no peer. Turns of the event loop bring the news, over any transport. */
async function untilAlone(socket: AnySocket): Promise<void> {
  while (stats(socket).peers > 0) await new Promise((resolve) => setImmediate(resolve))
}
