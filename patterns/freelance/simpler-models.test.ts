import * as native from 'zeromq'
import { Reply } from 'zerowire'
import { ManualClock } from 'zerowire/patterns/clock'
import { SequentialClient, ShotgunClient } from 'zerowire/patterns/freelance'
import { describe, expect, it } from 'vitest'
import { receiveTexts, texts } from '../../test/support/messages.js'
import { track } from '../../test/support/track.js'
import { bindFresh, deserted, freshAddress } from '../../test/support/transports.js'
import { nextTurn } from '../../test/support/turn.js'
import { trackAll } from '../common/test/tracked.js'
import { untilCounted } from '../common/test/until-counted.js'

describe('one server after the other (model 1)', () => {
  it('asks the next when one does not reply, and begins with that one the next time', async () => {
    const clock = new ManualClock()
    const [silent, server] = [track(new Reply()), track(new native.Reply())]
    const endpoints = [await bindFresh(silent), await bindFresh(server)]
    const client = trackAll(new SequentialClient(endpoints, { clock }))
    const first = client.request('first')
    expect(await receiveTexts(silent)).toEqual(['first'])
    clock.advance(1000)
    expect(await receiveTexts(server)).toEqual(['first'])
    await server.send('done')
    expect(texts(await first)).toEqual(['done'])
    const second = client.request('second')
    expect(await receiveTexts(server)).toEqual(['second'])
    await server.send('done as well')
    expect(texts(await second)).toEqual(['done as well'])
  })

  it('gives up when nobody replies: one try each, three where there is but one server', async () => {
    const clock = new ManualClock()
    const endpoints = [deserted, freshAddress('inproc')]
    for (const [servers, tries] of [
      [endpoints, 2],
      [[deserted], 3],
    ] as const) {
      const client = trackAll(new SequentialClient(servers, { clock }))
      let failure: unknown
      client.request('hello').catch((error: unknown) => (failure = error))
      for (let left = tries; left > 0; left -= 1) {
        while (clock.pending === 0) await nextTurn()
        expect(failure).toBe(undefined)
        clock.advance(1000)
      }
      while (failure === undefined) await nextTurn()
      expect(failure).toMatchObject({ code: 'ETIMEDOUT' })
    }
    expect(() => new SequentialClient([])).toThrow(RangeError)
  })

  it('ends when it is called off, or closed', async () => {
    const client = trackAll(new SequentialClient([deserted, deserted]))
    const user = new AbortController()
    const request = client.request('hello', { signal: user.signal })
    user.abort(new Error('the user has left'))
    await expect(request).rejects.toThrow('the user has left')
    const other = expect(client.request('hello')).rejects.toMatchObject({ code: 'EAGAIN' })
    await client.close()
    await other
  })
})

describe('all servers at once (model 2)', () => {
  it('takes the first reply, and drops the others', async () => {
    const servers = [track(new Reply()), track(new native.Reply())]
    const endpoints = [await bindFresh(servers[0] as Reply), await bindFresh(servers[1] as Reply)]
    const client = trackAll(new ShotgunClient([...endpoints, deserted]))
    const reply = client.request(['one', 'two'])
    const [number = '', ...body] = await (servers[1] as Reply).receive()
    expect(texts(body)).toEqual(['one', 'two'])
    await (servers[1] as Reply).send([number, 'quick'])
    expect(texts(await reply)).toEqual(['quick'])
    const [same = ''] = await (servers[0] as Reply).receive()
    expect(same).toEqual(number)
    await (servers[0] as Reply).send([same, 'slow'])
    await untilCounted(client, { late: 1 })
    expect(client.stats).toMatchObject({ requests: 1, replies: 1 })
  })

  it('asks who comes late, too, but not for what is over', async () => {
    const clock = new ManualClock()
    const endpoint = freshAddress('ipc')
    const client = trackAll(new ShotgunClient([endpoint], { clock }))
    const early = client.request('early')
    clock.advance(2500)
    await expect(early).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    const late = client.request('late')
    const server = track(new Reply())
    await server.bind(endpoint)
    const [number = '', body] = await server.receive()
    expect(String(body)).toBe('late')
    await server.send([number, 'done'])
    expect(texts(await late)).toEqual(['done'])
    expect(client.stats).toMatchObject({ missed: 2, replies: 1 })
  })

  it('takes nothing that is no reply', async () => {
    const server = track(new native.Router())
    const client = trackAll(new ShotgunClient([await bindFresh(server)]))
    const reply = client.request('hello')
    const [id = '', , number = ''] = await server.receive()
    for (const frames of [['nonsense'], ['', number], ['x', number, 'y'], ['', 'other', 'y']]) {
      await server.send([id, ...frames])
    }
    await server.send([id, '', number, 'right'])
    expect(texts(await reply)).toEqual(['right'])
    expect(client.stats.late).toBe(4)
    const open = expect(client.request('hello')).rejects.toMatchObject({ code: 'EAGAIN' })
    await client.close()
    await open
  })
})
