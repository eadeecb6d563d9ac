import { describe, expect, it } from 'vitest'
import { peerOf } from 'zerowire/extra'
import { deferred } from '../../src/util/deferred.js'
import { EventLog } from '../support/events.js'
import {
  describeOurs,
  itOurs,
  ours,
  type AnySocket,
  type Options,
  type SocketName,
} from '../support/implementations.js'
import { texts } from '../support/messages.js'
import { libraries } from '../support/option-table.js'
import { open } from '../support/scope.js'
import { Thread } from '../support/thread.js'
import { bindFresh } from '../support/transports.js'
import { until } from '../support/turn.js'

const ZAP = 'inproc://zeromq.zap.01'
const server = { plainServer: true }
const client = { plainUsername: 'u', plainPassword: 'pw', reconnectInterval: 1, linger: 0 }

type Answer = readonly (string | Uint8Array)[] | Promise<readonly (string | Uint8Array)[]>

/** A context of its own for each test, and a handler in it, which says yes to all. */
async function handled(
  lib: typeof ours,
  answer: (request: string[]) => Answer = () => ['200', 'OK', 'me', ''],
  options: Options = {},
) {
  const context = new lib.Context()
  const asked: string[][] = []
  const handler = open(lib, 'Reply', { context, linger: 0, ...options })
  await handler.bind(ZAP)
  const serve = async (): Promise<void> => {
    for await (const message of handler) {
      const [version = '', id = ''] = message
      asked.push(texts(message))
      await handler.send([version, id, ...(await answer(texts(message)))])
    }
  }
  serve().catch(() => undefined)
  return { context, asked, handler }
}

/** A listener in a context, and somebody who dials it. */
async function meet(
  lib: typeof ours,
  context: unknown,
  options: Options = server,
  theirs: Options = client,
  types: readonly [SocketName, SocketName] = ['Pull', 'Push'],
) {
  const listener = open(lib, types[0], { context, linger: 0, ...options })
  const log = new EventLog(listener)
  const address = await bindFresh(listener)
  const dialler = open(lib, types[1], theirs)
  const theirLog = new EventLog(dialler)
  dialler.connect(address)
  return { listener, log, dialler, theirLog, address }
}

describe.each(libraries)('$library: a handler of ZAP', ({ lib }) => {
  it('is told what there is to tell, and asked once a connection', async () => {
    const { context, asked } = await handled(lib)
    const options = { ...server, zapDomain: 'global' }
    const { listener, dialler } = await meet(lib, context, options)
    await dialler.send('hello')
    expect(texts(await listener.receive())).toEqual(['hello'])
    expect(asked).toEqual([['1.0', '1', 'global', '127.0.0.1', '', 'PLAIN', 'u', 'pw']])
  })

  it('may be a ROUTER', async () => {
    const context = new lib.Context()
    const handler = open(lib, 'Router', { context, linger: 0 })
    await handler.bind(ZAP)
    const { listener, dialler } = await meet(lib, context)
    const [id = '', delimiter = '', version = '', number = '', ...rest] = await handler.receive()
    expect(texts(rest).slice(3)).toEqual(['PLAIN', 'u', 'pw'])
    await handler.send([id, delimiter, version, number, '200', '', '', ''])
    await dialler.send('hello')
    expect(texts(await listener.receive())).toEqual(['hello'])
  })

  it('A-4 is asked under NULL only where there is a domain, by whichever side has one', async () => {
    const { context, asked } = await handled(lib)
    const first = await meet(lib, context, {}, { linger: 0 })
    await first.log.until('handshake')
    expect(asked).toEqual([])
    const second = await meet(lib, context, { zapDomain: 'here' }, { linger: 0 })
    await second.log.until('handshake')
    const third = await meet(
      lib,
      lib.context,
      {},
      {
        linger: 0,
        context,
        zapDomain: 'there',
      },
    )
    await third.theirLog.until('handshake')
    expect(asked.map(([, , domain, , , mechanism]) => [domain, mechanism])).toEqual([
      ['here', 'NULL'],
      ['there', 'NULL'],
    ])
  })

  it('NULL does without, unless zapEnforceDomain asks for one', async () => {
    const context = new lib.Context()
    const { log } = await meet(lib, context, { zapDomain: 'here' }, { linger: 0 })
    await log.until('handshake')
    const strict = { zapDomain: 'here', zapEnforceDomain: true }
    const { log: refused, theirLog } = await meet(lib, context, strict, {
      ...{ linger: 0, reconnectInterval: 1 },
    })
    expect((await refused.until('handshake:error:other')).error.code).toBe('EFAULT')
    // libzmq lets it wait.
    if (lib === ours) await theirLog.until('connect:retry')
    expect(refused.types).not.toContain('handshake')
  })

  it('K-8 CURVE asks one that is there, and does without; zapEnforceDomain wants a domain or nobody', async () => {
    const [keys, mine] = [lib.curveKeyPair(), lib.curveKeyPair()]
    const listens = { curveServer: true, curveSecretKey: keys.secretKey }
    const dials = {
      ...{ curvePublicKey: mine.publicKey, curveSecretKey: mine.secretKey },
      ...{ curveServerKey: keys.publicKey, linger: 0, reconnectInterval: 1 },
    }
    const empty = new lib.Context()
    await (await meet(lib, empty, listens, dials)).log.until('handshake')
    const domain = { ...listens, zapDomain: 'home' }
    await (await meet(lib, empty, domain, dials)).log.until('handshake')
    const strict = await meet(lib, empty, { ...domain, zapEnforceDomain: true }, dials)
    expect((await strict.log.until('handshake:error:other')).error.code).toBe('EFAULT')
    const { context, asked } = await handled(lib)
    const alone = { ...listens, zapEnforceDomain: true }
    await (await meet(lib, context, alone, dials)).log.until('handshake')
    expect(asked).toEqual([])
    await (await meet(lib, context, listens, dials)).log.until('handshake')
    expect(asked.map((request) => request.slice(2, 6))).toEqual([['', '127.0.0.1', '', 'CURVE']])
  })

  it('P-4 under PLAIN nobody comes in without one, and everybody tries again until there is', async () => {
    const context = new lib.Context()
    const { log, theirLog, listener, dialler } = await meet(lib, context)
    expect((await log.until('handshake:error:other')).error.code).toBe('EFAULT')
    // Under load libzmq's client does not always tell, nor come back.
    if (lib !== ours) return
    expect((await theirLog.until('handshake:error:other')).error.code).toBe('EPIPE')
    await theirLog.until('connect:retry')
    await handled(lib, undefined, { context })
    await dialler.send('hello')
    expect(texts(await listener.receive())).toEqual(['hello'])
  })

  it.each([
    ['MALFORMED_REPLY', ['200', '', '']],
    ['MALFORMED_REPLY', ['200', '', '', '', '']],
    ['INVALID_STATUS_CODE', ['201', '', '', '']],
    ['INVALID_STATUS_CODE', ['', '', '', '']],
    ['INVALID_METADATA', ['200', '', '', 'nonsense']],
  ])(
    'A-5 that answers wrongly is an event, %s, and the client tries again',
    async (code, reply) => {
      let wrong = true
      const { context } = await handled(lib, () => {
        const answer = wrong ? reply : ['200', '', '', '']
        wrong = false
        return answer
      })
      const { log, theirLog, listener, dialler } = await meet(lib, context)
      const { error } = await log.until('handshake:error:protocol')
      expect([error.code, error.message]).toEqual([`ERR_ZAP_${code}`, 'ZAP protocol error'])
      expect((await theirLog.until('handshake:error:other')).error.code).toBe('EPIPE')
      await dialler.send('hello')
      expect(texts(await listener.receive())).toEqual(['hello'])
    },
  )
})

describeOurs('zerowire: a handler of ZAP', () => {
  it('A-2 is told the routing id of the peer, where libzmq tells our own', async () => {
    const { context, asked } = await handled(ours)
    const { listener, dialler } = await meet(
      ours,
      context,
      { ...server, routingId: 'us' },
      { ...client, routingId: 'them' },
      ['Dealer', 'Dealer'],
    )
    await dialler.send('hello')
    await listener.receive()
    expect(asked[0]?.[4]).toBe('them')
  })

  it('who dials and refuses does not dial again', async () => {
    const { context, asked } = await handled(ours, () => ['400', 'no', '', ''])
    const dials = { context, zapDomain: 'there', linger: 0, reconnectInterval: 1 }
    const { theirLog, dialler } = await meet(ours, ours.context, {}, dials)
    expect((await theirLog.until('handshake:error:auth')).error.status).toBe(400)
    await theirLog.until('disconnect')
    dialler.close()
    expect(await theirLog.untilEnd()).not.toContain('connect:retry')
    expect(asked).toHaveLength(1)
  })

  it('A-6 says who it is, which every event and message tells', async () => {
    const metadata = '\x04Role\0\0\0\x05admin'
    const { context } = await handled(ours, () => ['200', 'OK', 'né', metadata])
    const { listener, log, dialler } = await meet(ours, context)
    const known = { userId: 'né', metadata: { role: 'admin' } }
    expect((await log.until('handshake')).peer).toMatchObject(known)
    for (const text of ['one', 'two']) await dialler.send(text)
    for (let count = 0; count < 2; count++) {
      expect(peerOf(await listener.receive())).toMatchObject(known)
    }
    dialler.close()
    expect((await log.until('disconnect')).peer).toMatchObject(known)
  })

  it('that is slow does not hold up others, which come in the order of its answers', async () => {
    const slow = deferred<readonly string[]>()
    const { context, asked } = await handled(ours, ([, , , , , , user]) =>
      user === 'slow' ? slow.promise : ['200', '', String(user), ''],
    )
    const { log, address } = await meet(ours, context, server, {
      ...client,
      plainUsername: 'first',
    })
    // A REP takes one question after the other.
    const users = ['slow', ...Array.from({ length: 50 }, (_, at) => `user ${String(at)}`)]
    for (const plainUsername of users)
      open(ours, 'Push', { ...client, plainUsername }).connect(address)
    await log.until('accept', 52)
    slow.resolve(['200', '', 'slow', ''])
    await log.until('handshake', 52)
    expect(asked.map((request) => request[6]).sort()).toEqual(['first', ...users].sort())
  })

  it('that never answers costs the client no more than handshakeInterval, and itself nothing', async () => {
    const asked = deferred<string[]>()
    const never = deferred<readonly string[]>()
    const { context, handler } = await handled(ours, (request) => {
      asked.resolve(request)
      return never.promise
    })
    const { log, dialler } = await meet(ours, context, { ...server, handshakeInterval: 30 })
    // On a busy machine the time of some is up before they are asked about.
    await asked.promise
    const { length } = log.types.filter((type) => type === 'handshake:error:other')
    expect((await log.until('handshake:error:other', length + 1)).error.code).toBe('ETIMEDOUT')
    dialler.close()
    const counted = handler as unknown as { readonly stats: { peers: number } }
    await until(() => counted.stats.peers === 0)
  })

  it('that leaves before it answers is as if there were none', async () => {
    const asked = deferred<string[]>()
    const { context, handler } = await handled(ours, (request) => {
      asked.resolve(request)
      return new Promise(() => undefined)
    })
    const { log, theirLog } = await meet(ours, context)
    await asked.promise
    handler.close()
    const { error } = await log.until('handshake:error:other')
    expect(error).toMatchObject({
      code: 'EFAULT',
      reason: expect.stringContaining('left') as string,
    })
    await theirLog.until('connect:retry')
  })

  it.each<SocketName>(['Pull', 'Dealer', 'Publisher', 'Pair'])(
    'is no %s, for which libzmq ends the process',
    async (type) => {
      const context = new ours.Context()
      await open(ours, type, { context }).bind(ZAP)
      const { log } = await meet(ours, context)
      const { error } = await log.until('handshake:error:other')
      expect(error).toMatchObject({
        code: 'EFAULT',
        reason: expect.stringContaining('cannot be asked') as string,
      })
    },
  )

  it('of another context is not asked', async () => {
    const { asked } = await handled(ours)
    const { log } = await meet(ours, new ours.Context())
    expect((await log.until('handshake:error:other')).error.code).toBe('EFAULT')
    expect(asked).toEqual([])
  })

  it('PLAIN and zapEnforceDomain want a domain, for want of which libzmq ends the process', async () => {
    const { context, asked } = await handled(ours)
    const { log } = await meet(ours, context, { ...server, zapEnforceDomain: true })
    const { error } = await log.until('handshake:error:other')
    expect(error).toMatchObject({
      code: 'EFAULT',
      reason: expect.stringContaining('zapDomain') as string,
    })
    expect(asked).toEqual([])
  })

  it('is asked about each connection anew, and may change its mind', async () => {
    const answers = ['200', '400']
    const { context } = await handled(ours, () => [answers.shift() ?? '500', '', '', ''])
    const { listener, log, theirLog, dialler, address } = await meet(ours, context)
    await dialler.send('hello')
    await listener.receive()
    const again = open(ours, 'Push', client)
    const againLog = new EventLog(again)
    again.connect(address)
    expect((await againLog.until('handshake:error:auth')).error.status).toBe(400)
    expect((await log.until('handshake:error:auth')).error.status).toBe(400)
    expect(theirLog.types).not.toContain('disconnect')
  })

  it('sees 200 handshakes through that come at once', async () => {
    const { context, asked } = await handled(ours)
    const listener = open(ours, 'Pull', { context, ...server })
    const address = await bindFresh(listener, 'ipc')
    const diallers: AnySocket[] = []
    for (let count = 0; count < 200; count++) diallers.push(open(ours, 'Push', client))
    for (const dialler of diallers) dialler.connect(address)
    await Promise.all(diallers.map((dialler) => dialler.send('hello')))
    for (let count = 0; count < 200; count++) await listener.receive()
    expect(asked).toHaveLength(200)
  })
})

itOurs('zerowire: a handler may be in another thread, where the context is shared', async () => {
  const thread = await Thread.start({ data: ZAP }, async ({ library, data, say }) => {
    const handler = new library.Reply({ linger: 0 })
    await handler.bind(data)
    say('bound')
    const [version = '', id = '', domain] = await handler.receive()
    await handler.send([version, id, '200', '', `asked by ${String(domain)}`, ''])
  })
  expect(await thread.heard()).toBe('bound')
  const { log } = await meet(ours, ours.context, { ...server, zapDomain: 'home' })
  expect((await log.until('handshake')).peer.userId).toBe('asked by home')
})
