import * as native from 'zeromq'
import { Router } from 'zerowire'
import { BinaryStarClient, type BinaryStarClientOptions } from 'zerowire/patterns/binary-star'
import { ManualClock } from 'zerowire/patterns/clock'
import { describe, expect, it } from 'vitest'
import { texts } from '../../test/support/messages.js'
import { track } from '../../test/support/track.js'
import { bindFresh, deserted } from '../../test/support/transports.js'
import { trackAll } from '../common/test/tracked.js'
import { until } from '../../test/support/turn.js'

function clientOf(places: readonly [string, string], options: BinaryStarClientOptions = {}) {
  const clock = new ManualClock()
  return { clock, client: trackAll(new BinaryStarClient(places, { clock, ...options })) }
}

describe.each([
  { name: 'ours', make: () => new Router() },
  { name: 'native', make: () => new native.Router() },
])('a client of two servers ($name)', ({ make }) => {
  it('asks the primary, then the backup, then the primary, waiting before each change', async () => {
    const servers = [track(make()), track(make())] as const
    const places = [await bindFresh(servers[0]), await bindFresh(servers[1])] as const
    const { clock, client } = clientOf(places)
    const reply = client.request(['hello', 'there'])
    for (const turn of [0, 1, 0]) {
      const [, ...request] = await servers[turn === 0 ? 0 : 1].receive()
      expect(texts(request)).toEqual(['', 'hello', 'there'])
      expect(client.server).toBe(places[turn === 0 ? 0 : 1])
      const { switches } = client.stats
      clock.advance(1000)
      await until(() => client.stats.switches > switches)
      clock.advance(1999)
      expect(clock.pending).toBe(1)
      clock.advance(1)
    }
    const [id = '', ...request] = await servers[1].receive()
    await servers[1].send([id, ...request.slice(0, 1), 'hello yourself'])
    expect(texts(await reply)).toEqual(['hello yourself'])
    // It stays with the one that has answered.
    const next = client.request('again')
    const [again = ''] = await servers[1].receive()
    await servers[1].send([again, '', 'fine'])
    expect(texts(await next)).toEqual(['fine'])
    expect(client.stats).toEqual({ requests: 2, replies: 2, switches: 3, abandoned: 0 })
    expect(clock.pending).toBe(0)
  })

  it('takes no late reply of the other one, and none that is malformed', async () => {
    const servers = [track(make()), track(make())] as const
    const { clock, client } = clientOf([await bindFresh(servers[0]), await bindFresh(servers[1])])
    const reply = client.request('hello')
    const [first = ''] = await servers[0].receive()
    clock.advance(1000)
    await servers[0].send([first, '', 'late'])
    await until(() => client.stats.switches === 1)
    clock.advance(2000)
    const [second = ''] = await servers[1].receive()
    await servers[1].send([second, 'no delimiter'])
    await servers[1].send([second])
    await servers[1].send([second, '', 'right'])
    expect(texts(await reply)).toEqual(['right'])
  })
})

describe('a client without servers', () => {
  it('gives up after the last try, without waiting any more', async () => {
    const { clock, client } = clientOf([deserted, deserted], { tries: 2 })
    const reply = client.request('hello')
    let ended = false
    reply.catch(() => (ended = true))
    await until(
      () => ended,
      () => clock.advance(500),
    )
    await expect(reply).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: 'No reply in 2 tries of 1000 ms',
    })
    expect(client.stats).toMatchObject({ abandoned: 1, switches: 2 })
    expect(clock.pending).toBe(0)
  })

  it('ends at once when it is closed, while it asks and while it waits', async () => {
    const asking = clientOf([deserted, deserted])
    const first = asking.client.request('hello')
    await expect(asking.client.request('second')).rejects.toMatchObject({ code: 'EFSM' })
    await asking.client.close()
    await expect(first).rejects.toMatchObject({ code: 'EAGAIN' })
    await expect(asking.client.request('third')).rejects.toMatchObject({ code: 'EBADF' })

    const waiting = clientOf([deserted, deserted])
    const second = waiting.client.request('hello')
    waiting.clock.advance(1000)
    await until(() => waiting.client.stats.switches === 1)
    await waiting.client.close()
    await expect(second).rejects.toMatchObject({ code: 'EAGAIN' })
    expect([asking.clock.pending, waiting.clock.pending]).toEqual([0, 0])
  })

  it('says at once what it cannot use', () => {
    const places = [deserted, deserted] as const
    expect(() => new BinaryStarClient(places, { settle: -1 })).toThrow(/settle.*not -1/)
    expect(() => new BinaryStarClient(places, { tries: 0 })).toThrow(/tries.*not 0/)
    expect(() => new BinaryStarClient(['nowhere', deserted])).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    )
  })
})
