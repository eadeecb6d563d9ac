import { describe, expect, it } from 'vitest'
import type { Stranger, Verdict } from '../../src/security/authenticator.js'
import { WELCOME } from '../../src/security/authenticator.js'
import { converse, MechanismEnd } from '../support/mechanism-end.js'
import { texts } from '../support/messages.js'
import { command, property } from '../support/wire.js'

const credentials = { mechanism: 'PLAIN', plainUsername: 'u', plainPassword: 'pw' } as const

function client(options: object = {}): MechanismEnd {
  return new MechanismEnd({
    properties: [property('Socket-Type', 'PUSH')],
    options: { ...credentials, ...options },
  })
}

/** A server, and whom it has asked about. */
function server(verdict: Verdict | undefined = { ...WELCOME, userId: 'somebody' }, options = {}) {
  const asked: Stranger[] = []
  const end = new MechanismEnd({
    properties: [property('Socket-Type', 'PULL')],
    options: { mechanism: 'PLAIN', asServer: true, ...options },
    accepted: true,
    authenticator: (stranger) => {
      // What it is given is wiped later.
      asked.push({
        ...stranger,
        credentials: stranger.credentials.map((each) => Buffer.from(each)),
      })
      return Promise.resolve(verdict)
    },
  })
  return { end, asked }
}

/** The body of a frame that has a short head. */
function body(name: string, data = ''): Buffer {
  const framed = command(name, Buffer.from(data, 'latin1'))
  return framed.subarray(framed.length - 1 - name.length - data.length)
}

async function refused(end: MechanismEnd, ...commands: Buffer[]): Promise<unknown> {
  await end.begin()
  try {
    for (const each of commands) await end.mechanism.receive(Buffer.from(each))
  } catch (error) {
    expect(end.mechanism.outcome).toBeUndefined()
    return error
  }
  throw new Error('it was not refused')
}

const HELLO = body('HELLO', '\x01u\x02pw')
const INITIATE = body('INITIATE', property('Socket-Type', 'PUSH').toString('latin1'))

function fault(code: string, reason: RegExp): unknown {
  return expect.objectContaining({
    code: `ERR_ZMTP_${code}`,
    reason: expect.stringMatching(reason) as string,
  })
}

describe('PLAIN', () => {
  it('P-1 says what libzmq says, and both learn of each other', async () => {
    const here = client()
    const { end: there, asked } = server()
    await here.begin()
    expect(texts(here.take())).toEqual(['\x05HELLO\x01u\x02pw'])
    await there.begin()
    expect(there.take()).toEqual([])
    await there.mechanism.receive(Buffer.from(HELLO))
    expect(texts(there.take())).toEqual(['\x07WELCOME'])
    await here.mechanism.receive(body('WELCOME'))
    expect(texts(here.take())).toEqual(['\x08INITIATE\x0bSocket-Type\0\0\0\x04PUSH'])
    await there.mechanism.receive(Buffer.from(INITIATE))
    const [ready = Buffer.alloc(0)] = there.take()
    expect(texts([ready])).toEqual(['\x05READY\x0bSocket-Type\0\0\0\x04PULL'])
    await here.mechanism.receive(ready)
    const [told] = [here, there].map(({ mechanism: { outcome } }) => outcome?.metadata)
    expect(String(told?.get('socket-type'))).toBe('PULL')
    expect(there.mechanism.outcome?.verdict.userId).toBe('somebody')
    expect(
      asked.map(({ credentials: [...both], mechanism }) => [mechanism, ...both.map(String)]),
    ).toEqual([['PLAIN', 'u', 'pw']])
    expect(String(asked[0]?.metadata.get('socket-type'))).toBe('PUSH')
  })

  it.each([
    ['', ''],
    ['u'.repeat(255), 'p'.repeat(255)],
    ['né', '\u{1f511}'],
    ['with\0zero', '\r\n'],
  ])('P-3 a user and a password of any bytes, such as %j and %j', async (user, password) => {
    const { end, asked } = server()
    await converse(client({ plainUsername: user || null, plainPassword: password || null }), end)
    expect(end.mechanism.outcome).toBeDefined()
    expect(asked[0]?.credentials.map(String)).toEqual([user, password])
  })

  it('the password is nowhere when it has been judged', async () => {
    let kept: readonly Uint8Array[] = []
    const end = new MechanismEnd({
      options: { mechanism: 'PLAIN', asServer: true },
      authenticator: (stranger) => {
        kept = stranger.credentials
        expect(kept.map(String)).toEqual(['u', 'pw'])
        return Promise.resolve({ ...WELCOME, status: 400 as const })
      },
    })
    const hello = Buffer.from(HELLO)
    await end.begin()
    await end.mechanism.receive(hello)
    await expect(end.mechanism.receive(INITIATE)).rejects.toThrow()
    for (const bytes of [hello.subarray(6), ...kept])
      expect(Buffer.from(bytes).every((byte) => byte === 0)).toBe(true)
  })
})

describe('a server of PLAIN', () => {
  it.each([
    '',
    '\x01',
    '\x01u',
    '\x01u\x02p',
    '\x01u\x02pwx',
    '\xffu',
    '\x02u\x02pw',
    '\0',
    '\0\0x',
    '\x01u\xffpw',
  ])('P-2 refuses the malformed HELLO %j', async (data) => {
    const { end, asked } = server()
    expect(await refused(end, body('HELLO', data))).toEqual(
      fault('MALFORMED_COMMAND_HELLO', /user name/),
    )
    expect([end.take(), asked]).toEqual([[], []])
  })

  it.each([
    { title: 'INITIATE before HELLO', sent: [INITIATE], reason: /expected HELLO.*"INITIATE"/ },
    { title: 'a second HELLO', sent: [HELLO, HELLO], reason: /expected INITIATE.*"HELLO"/ },
    { title: 'READY, as under NULL', sent: [body('READY')], reason: /expected HELLO.*"READY"/ },
    { title: 'hello in lower case', sent: [body('hello', '\x01u\x02pw')], reason: /"hello"/ },
    { title: 'WELCOME', sent: [HELLO, body('WELCOME')], reason: /"WELCOME"/ },
    { title: 'a message', sent: [Buffer.from('\xfehello', 'latin1')], reason: /no command/ },
    { title: 'nothing', sent: [Buffer.alloc(0)], reason: /no command/ },
  ])('refuses $title', async ({ sent, reason }) => {
    const { end, asked } = server()
    expect(await refused(end, ...sent)).toEqual(fault('UNEXPECTED_COMMAND', reason))
    expect(asked).toEqual([])
  })

  it('refuses an INITIATE whose metadata is cut short, before anybody is asked', async () => {
    const { end, asked } = server()
    const cut = INITIATE.subarray(0, -1)
    expect(await refused(end, HELLO, cut)).toEqual(fault('INVALID_METADATA', /property at byte 0/))
    expect(asked).toEqual([])
  })

  it.each([400, 500] as const)('P-5 says %i as libzmq does, misspelt', async (status) => {
    const { end } = server({ ...WELCOME, status, text: 'who are you?' })
    const error = await refused(end, HELLO, INITIATE)
    expect(error).toMatchObject({
      code: 'EACCES',
      status,
      reason: 'the peer was refused: who are you?',
    })
    expect(end.take().at(-1)?.toString('latin1')).toBe(`^RROR\x03${String(status)}`)
  })

  it('P-5 says nothing of a 300, so that the client tries again', async () => {
    const { end } = server({ ...WELCOME, status: 300, text: 'busy' })
    expect(await refused(end, HELLO, INITIATE)).toMatchObject({ status: 300 })
    expect(texts(end.take())).toEqual(['\x07WELCOME'])
  })

  it.each([
    { title: 'nobody can be asked', authenticator: undefined },
    { title: 'nobody is there to be asked', authenticator: () => Promise.resolve(undefined) },
  ])('P-4 lets nobody in where $title', async ({ authenticator }) => {
    const options = { mechanism: 'PLAIN', asServer: true } as const
    const end = new MechanismEnd({ options, authenticator })
    expect(await refused(end, HELLO, INITIATE)).toMatchObject({ code: 'EFAULT' })
    expect(texts(end.take())).toEqual(['\x07WELCOME'])
  })

  it('passes on what whoever was asked did wrong', async () => {
    const wrong = new Error('a wrong answer')
    const options = { mechanism: 'PLAIN', asServer: true } as const
    const end = new MechanismEnd({ options, authenticator: () => Promise.reject(wrong) })
    expect(await refused(end, HELLO, INITIATE)).toBe(wrong)
  })
})

describe('a client of PLAIN', () => {
  const stages = [
    { stage: 'WELCOME', before: [] },
    { stage: 'READY', before: [body('WELCOME')] },
  ]

  describe.each(stages)('that waits for $stage', ({ stage, before }) => {
    it.each([
      ['ERROR', 300, 'Temporary error'],
      ['ERROR', 400, 'Authentication failure'],
      ['ERROR', 500, 'Internal error'],
      ['^RROR', 400, 'Authentication failure'],
      ['^RROR', 500, 'Internal error'],
    ] as const)('E-6 hears %s %i', async (spelling, status, message) => {
      const said = `\x03${String(status)}`
      const sent = spelling === 'ERROR' ? body('ERROR', said) : Buffer.from(`^RROR${said}`)
      const error = await refused(client(), ...before, sent)
      expect(error).toMatchObject({ code: 'EACCES', status, message })
    })

    it('E-4 hears an ERROR for any other reason', async () => {
      for (const sent of [body('ERROR', '\x06go out'), Buffer.from('^RROR\x06go out')]) {
        expect(await refused(client(), ...before, sent)).toEqual(fault('UNSPECIFIED', /"go out"/))
      }
    })

    it.each(['', '\x04400', '\x02400', '\xff'])('refuses an ERROR with %j', async (data) => {
      for (const sent of [body('ERROR', data), Buffer.from(`^RROR${data}`, 'latin1')]) {
        const error = await refused(client(), ...before, sent)
        expect(error).toEqual(fault('MALFORMED_COMMAND_ERROR', /malformed/))
      }
    })

    it.each(['HELLO', 'INITIATE', 'PING', 'welcome'])('refuses %s', async (name) => {
      const error = await refused(client(), ...before, body(name))
      expect(error).toEqual(fault('UNEXPECTED_COMMAND', new RegExp(`expected ${stage}.*"${name}"`)))
    })
  })

  it('refuses READY before WELCOME, and a second WELCOME', async () => {
    const early = fault('UNEXPECTED_COMMAND', /expected WELCOME.*"READY"/)
    expect(await refused(client(), body('READY'))).toEqual(early)
    const twice = fault('UNEXPECTED_COMMAND', /expected READY.*"WELCOME"/)
    expect(await refused(client(), body('WELCOME'), body('WELCOME'))).toEqual(twice)
  })

  it('refuses a WELCOME with something in it', async () => {
    const error = await refused(client(), body('WELCOME', 'x'))
    expect(error).toEqual(fault('MALFORMED_COMMAND_WELCOME', /something in it/))
  })

  it('refuses a READY whose metadata is cut short', async () => {
    const error = await refused(client(), body('WELCOME'), body('READY', '\x0bSocket'))
    expect(error).toEqual(fault('INVALID_METADATA', /byte 0/))
  })

  it('two clients, and two servers, wait for each other in vain, or are refused', async () => {
    await expect(converse(client(), client())).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_ZMTP_UNEXPECTED_COMMAND' }) as Error,
    )
    const [one, other] = [server().end, server().end]
    await converse(one, other)
    expect([one.mechanism.outcome, other.mechanism.outcome]).toEqual([undefined, undefined])
  })
})
