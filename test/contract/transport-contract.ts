import { describe, expect, it } from 'vitest'
import { parseEndpoint } from '../../src/endpoint.js'
import type { Transport } from '../../src/transport/transport.js'
import { pattern, texts } from '../support/messages.js'
import { Acceptor, connect, TestEnd } from '../support/test-ends.js'
import { freshAddress, type Scheme } from '../support/transports.js'
import type { PendingAttempt } from './unresponsive.js'

/** How transports differ, where they may. */
export interface TransportTraits {
  create(): Transport
  /** Where an attempt to connect goes on until it is given up. */
  pending(): Promise<PendingAttempt> | PendingAttempt
  /** Attempts that fail, and how. */
  readonly unreachable: readonly { title: string; address(): string; code: string }[]
  /** Addresses that are refused before anything happens, and how. */
  readonly malformed: readonly { address: string; code: string }[]
}

const SIZES = [0, 1, 128, 129, 255, 256, 8192, 65_535, 65_536, 300_000, 4 * 1024 * 1024]

/** What every transport promises; each calls it with no more than its traits. */
export function describeTransport(scheme: Scheme, traits: TransportTraits): void {
  const listen = (transport: Transport, end?: TestEnd): Promise<Acceptor> =>
    new Acceptor(end).listen(transport, freshAddress(scheme))

  /** Both ends of a new connection, started; messages stop at `capacity` at the accepting end. */
  async function pair({ capacity = Infinity } = {}) {
    const transport = traits.create()
    const acceptor = await listen(transport)
    const near = (await connect(transport, acceptor.address)).start()
    const far = (await acceptor.accept(capacity)).start()
    return { transport, acceptor, near, far }
  }

  describe('connections', () => {
    it('tell each end who the other is', async () => {
      const transport = traits.create()
      const acceptor = await listen(transport, new TestEnd({ routingId: 'far' }))
      const end = new TestEnd({ routingId: 'near' })
      const near = await connect(transport, acceptor.address, { end })
      const far = await acceptor.accept()
      expect(near.session.peer).toMatchObject({ socketType: 'DEALER', address: acceptor.address })
      expect(far.session.peer).toMatchObject({ socketType: 'DEALER' })
      expect(far.session.peer.address).toContain(`${scheme}://`)
      expect(near.session.peer.protocol).toBe(far.session.peer.protocol)
      expect(texts([near.session.peer.routingId, far.session.peer.routingId])).toEqual([
        'far',
        'near',
      ])
    })

    it('have an empty routing id for a peer that gave none', async () => {
      const { near, far } = await pair()
      expect(near.session.peer.routingId).toHaveLength(0)
      expect(far.session.peer.routingId).toHaveLength(0)
    })

    it('have numbers that tell them apart', async () => {
      const { transport, acceptor, near } = await pair()
      const other = await connect(transport, acceptor.address)
      expect(other.session.connection).not.toBe(near.session.connection)
    })

    it('may be many at once, each with its own messages', async () => {
      const transport = traits.create()
      const acceptor = await listen(transport)
      const clients = await Promise.all(
        Array.from({ length: 50 }, () => connect(transport, acceptor.address)),
      )
      for (const [index, client] of clients.entries())
        client.start().send(`client ${String(index)}`)
      while (acceptor.taken < clients.length) {
        const far = (await acceptor.accept()).start()
        far.send(...(await far.read()), 'echo')
      }
      for (const [index, client] of clients.entries()) {
        expect(texts(await client.read())).toEqual([`client ${String(index)}`, 'echo'])
      }
    })

    it('may start late, at either end, without losing anything', async () => {
      const transport = traits.create()
      const acceptor = await listen(transport)
      const near = (await connect(transport, acceptor.address)).start()
      near.subscribe('topic')
      near.send('early')
      const far = await acceptor.accept()
      await new Promise((resolve) => setImmediate(resolve))
      far.start()
      expect(texts(await far.read())).toEqual(['early'])
      expect(far.arrivals).toEqual(['+topic', 'early'])
    })

    it('outlive an aborted signal', async () => {
      const transport = traits.create()
      const acceptor = await listen(transport)
      const abort = new AbortController()
      const near = await connect(transport, acceptor.address, { signal: abort.signal })
      abort.abort()
      near.start().send('still here')
      expect(texts(await (await acceptor.accept()).start().read())).toEqual(['still here'])
    })
  })

  describe('messages', () => {
    it('arrive in order, both ways at once', async () => {
      const { near, far } = await pair()
      const expected = Array.from({ length: 1000 }, (_, index) => String(index))
      for (const text of expected) {
        near.send(text)
        far.send(text)
      }
      expect(texts((await far.readMany(1000)).flat())).toEqual(expected)
      expect(texts((await near.readMany(1000)).flat())).toEqual(expected)
    })

    it.each([1, 2, 3, 255, 256, 1000])('of %i parts arrive whole', async (count) => {
      const { near, far } = await pair()
      const parts = Array.from({ length: count }, (_, index) => 'x'.repeat(index % 7))
      near.send(...parts)
      near.send('next')
      expect(texts(await far.read())).toEqual(parts)
      expect(texts(await far.read())).toEqual(['next'])
    })

    it.each(SIZES)('of %i bytes arrive as they were sent', async (size) => {
      const { near, far } = await pair()
      const body = pattern(size, size)
      near.send(body, 'tail')
      far.send('head', body)
      const [there, tail] = await far.read()
      const [head, here] = await near.read()
      expect(body.equals(there ?? Buffer.of(1))).toBe(true)
      expect(body.equals(here ?? Buffer.of(1))).toBe(true)
      expect([String(head), String(tail)]).toEqual(['head', 'tail'])
    })

    it('may be answered while they are delivered', async () => {
      const { near, far } = await pair()
      far.onMessage = (message) => {
        far.send(...message)
      }
      for (let index = 0; index < 100; index += 1) near.send(String(index))
      expect((await near.readMany(100)).map(String)).toEqual(far.arrivals)
    })
  })

  describe('back-pressure', () => {
    it.each([1, 3, 100])('stops at %i unread messages and loses none', async (capacity) => {
      const { near, far } = await pair({ capacity })
      const expected = Array.from({ length: 1000 }, (_, index) => String(index))
      for (const text of expected) near.send(text)
      expect(texts((await far.readMany(1000)).flat())).toEqual(expected)
    })

    it('holds from the start where there is no room', async () => {
      const { near, far } = await pair({ capacity: 0 })
      near.send('patience')
      far.send('go on')
      expect(texts(await near.read())).toEqual(['go on'])
      expect(far.arrivals).toEqual([])
      far.capacity = 1
      far.resume()
      expect(texts(await far.read())).toEqual(['patience'])
    })

    it('does not hold up the other direction', async () => {
      const { near, far } = await pair({ capacity: 1 })
      for (let index = 0; index < 10; index += 1) near.send(String(index))
      await far.until(() => far.arrivals[0])
      far.send('the other way')
      expect(texts(await near.read())).toEqual(['the other way'])
      expect(far.arrivals).toEqual(['0'])
    })

    it('reaches the sender, who hears when there is room again', async () => {
      const { near, far } = await pair({ capacity: 1 })
      const body = pattern(65_536)
      let sent = 0
      while (sent < 10_000 && near.session.send([body])) {
        sent += 1
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(sent).toBeLessThan(10_000)
      const { drains } = near
      far.capacity = Infinity
      for (let count = 0; count < sent; count += 1) expect(await far.read()).toHaveLength(1)
      await near.until(() => (near.drains > drains && near.session.unwritten === 0) || undefined)
      near.send('more')
      expect(texts(await far.read())).toEqual(['more'])
    })
  })

  describe('subscriptions', () => {
    it('arrive in order, before messages that are sent later', async () => {
      const { near, far } = await pair()
      near.subscribe('a')
      near.subscribe('')
      near.subscribe('a', false)
      near.send('message')
      await far.read()
      expect(far.arrivals).toEqual(['+a', '+', '-a', 'message'])
    })

    it('pass from the accepting end as well', async () => {
      const { near, far } = await pair()
      far.subscribe('topic')
      far.send('message')
      await near.read()
      expect(near.arrivals).toEqual(['+topic', 'message'])
    })

    it('pass a peer that does not read messages, and none is lost', async () => {
      const { near, far } = await pair({ capacity: 1 })
      for (let index = 0; index < 10; index += 1) near.send(String(index))
      for (let index = 0; index < 1000; index += 1) near.subscribe(`topic ${String(index)}`)
      near.send('last')
      await far.readMany(11)
      expect(far.arrivals.filter((arrival) => arrival.startsWith('+'))).toHaveLength(1000)
    })
  })

  describe('the end', () => {
    it('by close() comes after everything that was sent', async () => {
      const { near, far } = await pair({ capacity: 1 })
      for (let index = 0; index < 50; index += 1) near.send(String(index))
      const closed = near.close()
      expect((await far.readMany(50)).map(String).at(-1)).toBe('49')
      await closed
      expect(await far.untilEnded()).toBeUndefined()
      await near.untilEnded()
    })

    it('by close() waits for large messages to leave', async () => {
      const { near, far } = await pair()
      const body = pattern(8 * 1024 * 1024)
      near.send(body)
      near.send('last')
      const closed = near.close()
      expect(body.equals((await far.read())[0] ?? Buffer.of())).toBe(true)
      expect(texts(await far.read())).toEqual(['last'])
      await closed
    })

    it('by destroy() comes at once, at both ends', async () => {
      const { near, far } = await pair()
      const reason = new Error('enough')
      near.session.destroy(reason)
      expect(near.ends).toEqual([reason])
      await far.untilEnded()
    })

    it('comes once, however often it is asked for', async () => {
      const { near, far } = await pair()
      near.session.destroy()
      near.session.destroy()
      await Promise.all([near.session.close(), near.session.close()])
      await far.untilEnded()
      far.session.destroy()
      await far.session.close()
      expect([near.ends.length, far.ends.length]).toEqual([1, 1])
    })

    it('closes both ends when both close at the same time', async () => {
      const { near, far } = await pair()
      await Promise.all([near.session.close(), far.session.close()])
      expect([near.ends.length, far.ends.length]).toEqual([1, 1])
    })

    it('lets nothing through afterwards', async () => {
      const { near, far } = await pair({ capacity: 1 })
      for (let index = 0; index < 10; index += 1) near.send(String(index))
      await far.until(() => far.arrivals[0])
      far.session.destroy()
      far.session.resume()
      expect(far.session.send([Buffer.from('late')])).toBe(false)
      await near.untilEnded()
      expect(near.session.send([Buffer.from('late')])).toBe(false)
      expect(far.arrivals).toEqual(['0'])
    })

    it('may come from within a delivery', async () => {
      const { near, far } = await pair()
      far.onMessage = () => {
        if (far.arrivals.length === 3) far.session.destroy()
      }
      for (let index = 0; index < 10; index += 1) near.send(String(index))
      await Promise.all([near.untilEnded(), far.untilEnded()])
      expect(far.arrivals).toEqual(['0', '1', '2'])
    })

    it('is told to a session that starts too late', async () => {
      const transport = traits.create()
      const acceptor = await listen(transport)
      const near = (await connect(transport, acceptor.address)).start()
      const far = await acceptor.accept()
      near.session.destroy()
      far.start()
      await far.untilEnded()
      expect(far.ends).toHaveLength(1)
    })
  })

  describe('listeners', () => {
    it('leave accepted sessions alone when they close', async () => {
      const { acceptor, near, far } = await pair()
      acceptor.close()
      near.send('there')
      far.send('and back')
      expect(texts(await far.read())).toEqual(['there'])
      expect(texts(await near.read())).toEqual(['and back'])
    })

    it('may close twice', async () => {
      const { acceptor } = await pair()
      acceptor.close()
      acceptor.close()
    })

    it('have an address of their own until they close', async () => {
      const transport = traits.create()
      const first = await listen(transport)
      const second = new Acceptor().listen(transport, first.address)
      await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE', address: first.address })
      first.close()
      const third = await new Acceptor().listen(transport, first.address)
      const near = (await connect(transport, third.address)).start()
      near.send('new owner')
      expect(texts(await (await third.accept()).start().read())).toEqual(['new owner'])
      expect(first.sessions).toEqual([])
    })

    it('stand side by side', async () => {
      const transport = traits.create()
      const [one, two] = [await listen(transport), await listen(transport)]
      for (const acceptor of [two, one]) {
        const near = (await connect(transport, acceptor.address)).start()
        near.send(acceptor.address)
        expect(texts(await (await acceptor.accept()).start().read())).toEqual([acceptor.address])
      }
    })
  })

  describe('attempts that fail', () => {
    it('refuse a socket type that does not fit, at both ends', async () => {
      const transport = traits.create()
      const acceptor = await listen(transport, new TestEnd({ type: 'PAIR' }))
      const refused = { code: 'ERR_ZMTP_UNSPECIFIED' }
      const client = new TestEnd({ type: 'DEALER' })
      await expect(connect(transport, acceptor.address, { end: client })).rejects.toMatchObject(
        refused,
      )
      if (transport.observable) {
        for (const end of [client, acceptor.end]) {
          expect(await end.until('handshake:error:protocol')).toMatchObject({ error: refused })
        }
      }
      const end = new TestEnd({ type: 'PAIR' })
      const near = (await connect(transport, acceptor.address, { end })).start()
      near.send('fits')
      expect(texts(await (await acceptor.accept()).start().read())).toEqual(['fits'])
      expect(acceptor.sessions).toHaveLength(1)
    })

    it('end when they are given up', async () => {
      const abort = new AbortController()
      const { address, reached, left } = await traits.pending()
      const attempt = connect(traits.create(), address, { signal: abort.signal })
      const rejected = expect(attempt).rejects.toThrow()
      await reached
      abort.abort()
      await rejected
      await left
    })

    it('end when they were given up before they began', async () => {
      const signal = AbortSignal.abort()
      const { address } = await traits.pending()
      const attempt = connect(traits.create(), address, { signal })
      await expect(attempt).rejects.toThrow()
    })

    for (const { title, address, code } of traits.unreachable) {
      it(`say why: ${title}`, async () => {
        const attempt = connect(traits.create(), address())
        await expect(attempt).rejects.toMatchObject({ name: 'ZmqError', code, address: address() })
      })
    }

    it.each(traits.malformed)('refuse $address at once', ({ address, code }) => {
      const transport = traits.create()
      const check = (): void => {
        transport.check(parseEndpoint(address))
      }
      expect(check).toThrow(expect.objectContaining({ name: 'ZmqError', code, address }))
    })
  })
}
