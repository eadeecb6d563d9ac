import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { WELCOME, type Stranger, type Verdict } from '../../src/security/authenticator.js'
import { deferred } from '../../src/util/deferred.js'
import { everySplit } from '../support/chunks.js'
import { curveKeys } from '../support/curve-ends.js'
import { sessionAndPeer, twoSessions } from '../support/memory-session.js'
import { TestPipe } from '../support/test-pipe.js'
import { command, greeting, message, property, ready } from '../support/wire.js'

const credentials = { mechanism: 'PLAIN', plainUsername: 'u', plainPassword: 'pw' } as const
const server = { mechanism: 'PLAIN', asServer: true } as const

const somebody: Verdict = {
  ...WELCOME,
  userId: 'somebody',
  metadata: new Map([['role', Buffer.from('admin')]]),
}

const curve = {
  near: { mechanism: 'CURVE', asServer: true, ...curveKeys.server },
  far: { mechanism: 'CURVE', ...curveKeys.client },
} as const

/** Both ends of each mechanism, where the near one judges. */
const mechanisms = [
  { mechanism: 'NULL', near: {}, far: {} },
  { mechanism: 'PLAIN', near: server, far: credentials },
  { mechanism: 'CURVE', ...curve },
] as const

const yes = () => Promise.resolve(somebody)

describe.each(mechanisms)('$mechanism', ({ mechanism, near, far }) => {
  it.each([1, 2, 3, 7, 64, Infinity])('is spoken in pieces of %d bytes', async (pieces) => {
    const asked: Stranger[] = []
    const [one, other] = twoSessions(
      {
        ...{ options: near, accepted: true },
        judge: (stranger) => {
          asked.push(stranger)
          return yes()
        },
      },
      { options: { ...far, metadata: { 'X-Age': '7' } }, routingId: 'them' },
      pieces,
    )
    await Promise.all([one.handshake, other.handshake])
    expect(one.session.peer).toMatchObject({
      ...{ userId: 'somebody', metadata: { role: 'admin', 'x-age': '7' } },
      ...{ socketType: 'DEALER', protocol: 'ZMTP/3.1' },
    })
    expect(other.session.peer).toMatchObject({ userId: '', metadata: {} })
    expect(asked).toHaveLength(1)
    expect(asked[0]?.mechanism).toBe(mechanism)
    expect(String(asked[0]?.metadata.get('identity'))).toBe('them')
    const [here, there] = [new TestPipe(one.session).start(), new TestPipe(other.session).start()]
    here.send('to', 'there')
    there.send('to', 'here')
    expect([await there.read(), await here.read()].map((parts) => parts.map(String))).toEqual([
      ['to', 'there'],
      ['to', 'here'],
    ])
  })

  it.each([300, 400, 500] as const)('ends with %i on both sides', async (status) => {
    const [one, other] = twoSessions(
      {
        ...{ options: near, accepted: true },
        judge: () => Promise.resolve({ ...WELCOME, status, text: 'no' }),
      },
      { options: far },
    )
    await expect(one.handshake).rejects.toMatchObject({ code: 'EACCES', status })
    // Who may try again is told nothing.
    const told = status === 300 ? { code: 'EPIPE' } : { code: 'EACCES', status }
    await expect(other.handshake).rejects.toMatchObject(told)
    const type = status === 300 ? 'handshake:error:other' : 'handshake:error:auth'
    expect(one.end.events.map((event) => event.type)).toEqual([
      'handshake:error:auth',
      'disconnect',
    ])
    expect(other.end.events.map((event) => event.type)).toEqual([type, 'disconnect'])
    await one.stream.quiet()
    expect([one.stream.closed, other.stream.closed]).toEqual([true, true])
  })

  it('whoever judges may take as long as the handshake may, and then hears of it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const asked = deferred<AbortSignal>()
    const verdict = deferred<Verdict>()
    const judge = (_stranger: Stranger, gone: AbortSignal): Promise<Verdict> => {
      asked.resolve(gone)
      return verdict.promise
    }
    const options = { ...near, handshakeInterval: 20 }
    const [one, other] = twoSessions({ options, accepted: true, judge }, { options: far })
    const gone = await asked.promise
    vi.advanceTimersByTime(19)
    expect(gone.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    await expect(one.handshake).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    await expect(other.handshake).rejects.toMatchObject({ code: 'EPIPE' })
    expect(gone.aborted).toBe(true)
    // It comes too late, for better or worse.
    verdict.resolve(somebody)
    await one.stream.quiet()
    expect(one.end.events.map((event) => event.type)).toEqual([
      'handshake:error:other',
      'disconnect',
    ])
  })

  it.each(['lost', 'destroyed'])('a connection that is %s while it is judged', async (how) => {
    const asked = deferred<AbortSignal>()
    const verdict = deferred<Verdict>()
    const [one] = twoSessions(
      {
        ...{ options: near, accepted: true },
        judge: (_stranger, gone) => {
          asked.resolve(gone)
          return verdict.promise
        },
      },
      { options: far },
    )
    const gone = await asked.promise
    expect([gone.aborted, one.stream.paused]).toEqual([false, true])
    if (how === 'lost') one.stream.lose()
    else one.session.destroy()
    await expect(one.handshake).rejects.toMatchObject({ code: 'EPIPE' })
    expect(gone.aborted).toBe(true)
    verdict.reject(new Error('it does not matter any more'))
    await one.stream.quiet()
    expect(one.end.events).toHaveLength(2)
  })

  it.each([new Error('of ours'), 'no error at all'])(
    'what whoever judges throws (%s) ends the connection, and the peer is told nothing',
    async (thrown) => {
      const [one, other] = twoSessions(
        {
          ...{ options: near, accepted: true },
          judge: () => {
            const verdict = deferred<Verdict>()
            verdict.reject(thrown)
            return verdict.promise
          },
        },
        { options: far },
      )
      const cause = expect.objectContaining({
        message: expect.stringMatching(/^(of ours|no error at all)$/) as string,
      }) as Error
      await expect(one.handshake).rejects.toMatchObject({ code: 'EPIPE', cause })
      await expect(other.handshake).rejects.toMatchObject({ code: 'EPIPE' })
    },
  )

  it('what is sent while the system takes nothing arrives when it does', async () => {
    const [one, other] = twoSessions(
      { options: near, accepted: true, judge: yes },
      { options: far },
    )
    await Promise.all([one.handshake, other.handshake])
    const [here, there] = [new TestPipe(one.session).start(), new TestPipe(other.session).start()]
    one.stream.stall()
    for (const text of ['1', '2']) {
      here.send(text)
      await one.stream.quiet()
    }
    expect(there.arrivals).toEqual([])
    one.stream.flow()
    expect((await there.readMany(2)).map(String)).toEqual(['1', '2'])
  })

  it('a connection that is lost as the peer is told of its refusal ends once', async () => {
    const [one] = twoSessions(
      {
        ...{ options: near, accepted: true },
        judge: () => {
          one.stream.write = () => one.stream.lose()
          return Promise.resolve({ ...WELCOME, status: 400, text: 'no' })
        },
      },
      { options: far },
    )
    await expect(one.handshake).rejects.toMatchObject({ code: 'EPIPE' })
    await one.stream.quiet()
    expect(one.end.events.map((event) => event.type)).toEqual([
      'handshake:error:other',
      'disconnect',
    ])
  })
})

describe('NULL', () => {
  it('both sides may judge, without waiting for each other', async () => {
    const judge = (stranger: Stranger) =>
      Promise.resolve({ ...WELCOME, userId: `${String(stranger.metadata.size)} facts` })
    const [one, other] = twoSessions({ judge, accepted: true }, { judge, routingId: 'them' })
    await Promise.all([one.handshake, other.handshake])
    // Who dials judges before the other says anything of itself.
    expect([one, other].map(({ session }) => session.peer.userId)).toEqual(['2 facts', '0 facts'])
  })

  it('says nothing more than its greeting before it has judged', async () => {
    const verdict = deferred<Verdict>()
    const { peer, stream, handshake } = sessionAndPeer({
      accepted: true,
      judge: () => verdict.promise,
    })
    peer.write(greeting(), ready('DEALER'), message('too', 'early'))
    await stream.quiet()
    expect(peer.take()).toEqual(greeting())
    verdict.resolve(somebody)
    const pipe = new TestPipe(await handshake).start()
    await stream.quiet()
    expect(peer.takeTexts()).toHaveLength(1)
    expect((await pipe.read()).map(String)).toEqual(['too', 'early'])
  })
})

describe('what comes while the peer is judged', () => {
  it.each([
    { title: 'although the stream was paused', eager: false },
    { title: 'before the stream flows again', eager: true },
  ])('is kept $title', async ({ eager }) => {
    const verdict = deferred<Verdict>()
    const all = sessionAndPeer({ accepted: true, judge: () => verdict.promise })
    all.stream.eager = eager
    all.peer.write(greeting(), ready('DEALER'))
    await all.stream.quiet()
    expect(all.stream.paused).toBe(true)
    // It was read when the stream was paused, or else waits in it.
    if (eager) all.peer.write(message('early'))
    else all.session.onData(message('early'))
    await all.stream.quiet()
    expect(all.end.events).toEqual([])
    verdict.resolve(somebody)
    const pipe = new TestPipe(await all.handshake).start()
    expect((await pipe.read()).map(String)).toEqual(['early'])
    expect(all.end.events.map((event) => event.type)).toEqual(['handshake'])
  })
})

describe('a client of PLAIN at every split', () => {
  const [hello, initiate, sent] = [
    command('HELLO', Buffer.from('\x01u\x02pw')),
    command('INITIATE', property('Socket-Type', 'DEALER')),
    message('hello'),
  ]
  const all = Buffer.concat([greeting({ mechanism: 'PLAIN' }), hello, initiate, sent])

  it('is understood, even when it does not wait for answers', async () => {
    for (const chunks of everySplit(all)) {
      const { peer, handshake } = sessionAndPeer({ options: server, accepted: true, judge: yes })
      for (const chunk of chunks) peer.write(chunk)
      const pipe = new TestPipe(await handshake).start()
      expect((await pipe.read()).map(String)).toEqual(['hello'])
    }
  })
})

describe('nobody is talked down', () => {
  const asks = [
    { title: 'a server of PLAIN', options: server },
    { title: 'a client of PLAIN', options: credentials },
  ]

  describe.each(asks)('$title', ({ options }) => {
    it.each(['NULL', 'CURVE', 'GSSAPI', 'plain', 'PLAIN2', 'PLAIN\0X', ''])(
      'G-7 refuses the mechanism %j',
      async (mechanism) => {
        const { peer, handshake } = sessionAndPeer({ options, judge: yes })
        peer.write(greeting({ mechanism }), ready('DEALER'), message('x'))
        await expect(handshake).rejects.toMatchObject({
          code: expect.stringMatching(/^ERR_ZMTP_MECHANISM_MISMATCH$|^EPROTO$/) as string,
        })
        // Not even a name, let alone a password.
        expect(String(peer.take())).not.toContain('HELLO')
      },
    )

    it.each([
      { version: 'ZMTP 1.0, or no ZMTP at all', bytes: Buffer.of(1, 0) },
      { version: 'ZMTP 1.0 with a long id', bytes: Buffer.of(0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0) },
      { version: 'ZMTP 2.0', bytes: Buffer.of(0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, 5, 0, 0) },
    ])('G-9 refuses $version, whatever minimumZmtpVersion is', async ({ bytes }) => {
      const { peer, handshake } = sessionAndPeer({
        options: { ...options, minimumZmtpVersion: 1 },
        judge: yes,
      })
      peer.write(bytes)
      await expect(handshake).rejects.toMatchObject({ code: 'EPROTO' })
      expect(String(peer.take())).not.toContain('HELLO')
    })
  })

  it.each([{ zapDomain: 'd' }, { authenticate: () => true }])(
    'G-16 NULL with %j refuses older versions too',
    async (options) => {
      const { peer, handshake } = sessionAndPeer({
        options: { ...options, minimumZmtpVersion: 1 },
        ...{ accepted: true, judge: yes },
      })
      peer.write(Buffer.of(0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, 5, 0, 0))
      await expect(handshake).rejects.toMatchObject({ code: 'EPROTO' })
    },
  )

  it('G-12 the role that a greeting claims does not matter', async () => {
    const { peer, handshake } = sessionAndPeer({ options: server, accepted: true, judge: yes })
    peer.write(
      greeting({ mechanism: 'PLAIN', asServer: true }),
      command('HELLO', Buffer.from('\x01u\x02pw')),
      command('INITIATE', property('Socket-Type', 'DEALER')),
    )
    expect((await handshake).peer.userId).toBe('somebody')
  })
})
