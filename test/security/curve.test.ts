import { describe, expect, it } from 'vitest'
import { ZmqError } from '../../src/errors.js'
import type { Stranger } from '../../src/security/authenticator.js'
import { sealBox, type Engine } from '../../src/security/box.js'
import { loadEngine } from '../../src/security/engines/browser.js'
import { loadLibsodium } from '../../src/security/engines/libsodium.js'
import { loadEngine as loadNodeEngine } from '../../src/security/engines/node.js'
import { encodeZ85 } from '../../src/util/z85.js'
import { everySplit, hex } from '../support/chunks.js'
import {
  clientKeys,
  curveClient,
  curveServer,
  keyPairOf,
  serverKeys,
  shakeHands,
  type CurveEnd,
} from '../support/curve-ends.js'
import {
  countingRandom,
  withClient,
  withServer,
  type Recorded,
} from '../support/curve-recordings.js'
import { frame } from '../support/wire.js'

const engines: readonly Engine[] = [
  await loadEngine(),
  await loadLibsodium(),
  await loadNodeEngine(),
]

/** What the recorded messages are. */
const RECEIVED = ['hello', 'x'.repeat(300), '']

/** All messages that these frames hold, in pieces or not. */
function messagesIn(end: CurveEnd, pieces: readonly Uint8Array[]): string[][] {
  const decoder = end.curve.outcome?.codec?.decoder
  const messages: string[][] = []
  for (const piece of pieces) {
    decoder?.push(Buffer.from(piece))
    for (let next = decoder?.next(); next !== undefined; next = decoder?.next()) {
      messages.push(next.map(String))
    }
  }
  return messages
}

/** Has an end say and hear what was recorded. @returns the frames that followed. */
async function replay(end: CurveEnd, recording: readonly Recorded[]): Promise<Buffer> {
  end.curve.start()
  const rest: Buffer[] = []
  for (const { ours, body } of recording) {
    if (end.curve.outcome !== undefined) {
      if (ours) expect(end.take()).toEqual([body])
      else rest.push(frame(0, body))
    } else if (ours) expect(end.take()).toEqual([body])
    else await end.curve.receive(Buffer.from(body))
  }
  return Buffer.concat(rest)
}

/** What a mechanism says of a fault. */
async function fault(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof ZmqError) return error.code
    throw error
  }
  return 'nothing is wrong'
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

describe.each(engines)('CURVE by $name', (engine) => {
  it('says to libzmq as a server what was recorded, and understands it', async () => {
    const end = curveClient({ engine })
    const rest = await replay(end, withServer)
    expect(messagesIn(end, [rest])).toEqual([RECEIVED])
    expect(String(end.curve.outcome?.metadata.get('socket-type'))).toBe('PAIR')
  })

  it('says to libzmq as a client what was recorded, and understands it', async () => {
    const end = curveServer({ engine })
    const rest = await replay(end, withClient)
    expect(messagesIn(end, [rest])).toEqual([RECEIVED])
    expect(String(end.curve.outcome?.metadata.get('socket-type'))).toBe('PAIR')
  })
})

describe('CURVE', () => {
  it('understands what libzmq sends in whatever pieces it comes', async () => {
    const rest = await replay(curveServer(), withClient)
    for (const pieces of everySplit(rest)) {
      const end = curveServer()
      await replay(end, withClient.slice(0, 4))
      expect(messagesIn(end, pieces)).toEqual([RECEIVED])
    }
  })

  it('sends numbers that rise, from 1 on', async () => {
    const { client, server, hello, initiate, ready } = await shakeHands()
    expect(hello.readBigUInt64BE(112)).toBe(1n)
    expect(initiate.readBigUInt64BE(105)).toBe(2n)
    expect(ready.readBigUInt64BE(6)).toBe(1n)
    const first = (end: CurveEnd): bigint => {
      const encoder = end.curve.outcome?.codec?.encoder
      encoder?.message([Buffer.from('a')])
      return Buffer.concat(encoder?.take() ?? []).readBigUInt64BE(2 + 8)
    }
    expect(first(client)).toBe(3n)
    expect(first(server)).toBe(2n)
  })

  it('K-6 says what is as long as it must be', async () => {
    const { hello, welcome, initiate, ready } = await shakeHands()
    const metadata = 'Socket-Type'.length + 'PAIR'.length + 5
    expect([hello.length, welcome.length]).toEqual([200, 168])
    expect([initiate.length, ready.length]).toEqual([257 + metadata, 30 + metadata])
  })

  it('asks who a client is by its key, and knows them by what it is told', async () => {
    const asked: Stranger[] = []
    const server = curveServer({
      random: countingRandom(0x80),
      authenticator: (stranger) => {
        asked.push(stranger)
        const metadata = new Map([['x-role', Buffer.from('admin')]])
        return Promise.resolve({ status: 200, text: '', userId: 'bob', metadata })
      },
    })
    await shakeHands(curveClient(), server)
    expect(asked).toMatchObject([{ mechanism: 'CURVE', credentials: [clientKeys.publicKey] }])
    expect(server.curve.outcome?.verdict.userId).toBe('bob')
  })

  it('tells a client that it has refused, and nothing else', async () => {
    const server = curveServer({
      random: countingRandom(0x80),
      authenticator: () =>
        Promise.resolve({ status: 400, text: 'never seen', userId: '', metadata: new Map() }),
    })
    const client = curveClient()
    client.curve.start()
    const [welcome] = await server.hear(client.take()[0])
    const [initiate] = await client.hear(welcome)
    await expect(server.hear(initiate)).rejects.toMatchObject({ code: 'EACCES', status: 400 })
    const [error] = server.take()
    expect(error).toEqual(hex('054552524f52 03343030'))
    await expect(client.hear(error)).rejects.toMatchObject({ code: 'EACCES', status: 400 })
  })

  it('cannot be spoken to any more when its keys are wiped', async () => {
    const { client, server } = await shakeHands()
    const { codec } = client.curve.outcome ?? {}
    codec?.encoder.message([Buffer.from('a')])
    const sent = Buffer.concat(codec?.encoder.take() ?? [])
    codec?.wipe?.()
    expect(() => codec?.encoder.message([Buffer.from('b')])).toThrow('wiped')
    server.curve.outcome?.codec?.wipe?.()
    expect(() => messagesIn(server, [sent])).toThrow('wiped')
  })
})

describe('CURVE refuses', () => {
  it('a command in which any bit is not what it was', async () => {
    const { hello, welcome, initiate, ready } = await shakeHands()
    const cases = [
      [hello, () => curveServer({ random: countingRandom(0x80) }), []],
      [welcome, () => started(), []],
      [initiate, () => curveServer({ random: countingRandom(0x80) }), [hello]],
      [ready, () => started(), [welcome]],
    ] as const
    for (const [command, make, before] of cases) {
      for (let byte = 0; byte < command.length; byte++) {
        const end = make()
        for (const earlier of before) await end.hear(earlier)
        // But not the highest bit of a public key, which X25519 does not look at.
        const code = await fault(() => end.hear(flipped(command, byte * 8 + (byte % 7))))
        expect(code, `byte ${String(byte)}`).toMatch(/^ERR_ZMTP_/)
        expect(end.curve.outcome).toBeUndefined()
        expect(end.take()).toEqual([])
      }
    }
  })

  function started(): CurveEnd {
    const client = curveClient()
    client.curve.start()
    client.take()
    return client
  }

  it('a command that is longer or shorter than it may be', async () => {
    const { hello, welcome, initiate } = await shakeHands()
    const more = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.of(0)])
    const malformed = 'ERR_ZMTP_MALFORMED_COMMAND_'
    for (const bad of [more(hello), hello.subarray(0, -1), hello.subarray(0, 6)]) {
      expect(await fault(() => curveServer().hear(bad))).toBe(`${malformed}HELLO`)
    }
    for (const bad of [more(welcome), welcome.subarray(0, -1), welcome.subarray(0, 8)]) {
      expect(await fault(() => started().hear(bad))).toBe(`${malformed}WELCOME`)
    }
    for (const size of [9, 105, 256]) {
      const server = curveServer({ random: countingRandom(0x80) })
      await server.hear(hello)
      expect(await fault(() => server.hear(initiate.subarray(0, size)))).toBe(
        `${malformed}INITIATE`,
      )
    }
    for (const size of [6, 29]) {
      const client = started()
      await client.hear(welcome)
      const bad = Buffer.concat([hex('055245414459'), Buffer.alloc(size - 6)])
      expect(await fault(() => client.hear(bad))).toBe(`${malformed}READY`)
    }
  })

  it('a version that there is not', async () => {
    const { hello } = await shakeHands()
    const bad = Buffer.from(hello)
    bad[6] = 2
    expect(await fault(() => curveServer().hear(bad))).toBe('ERR_ZMTP_MALFORMED_COMMAND_HELLO')
  })

  it('a HELLO for another server, and says nothing', async () => {
    const { hello } = await shakeHands()
    const { secretKey } = keyPairOf(0x77)
    const other = curveServer({ options: { curveSecretKey: encodeZ85(secretKey) } })
    expect(await fault(() => other.hear(hello))).toBe('ERR_ZMTP_CRYPTOGRAPHIC')
    expect(other.take()).toEqual([])
  })

  it('what was said on another connection', async () => {
    const { hello, initiate, welcome, ready } = await shakeHands()
    const server = curveServer({ random: countingRandom(0xc0) })
    expect(await server.hear(hello)).toHaveLength(1)
    expect(await fault(() => server.hear(initiate))).toBe('ERR_ZMTP_CRYPTOGRAPHIC')
    const client = curveClient({ random: countingRandom(0x40) })
    client.curve.start()
    expect(await fault(() => client.hear(welcome))).toBe('ERR_ZMTP_CRYPTOGRAPHIC')
    const late = curveClient({ random: countingRandom(0x50) })
    late.curve.start()
    const [other] = await curveServer().hear(late.take()[0])
    await late.hear(other)
    expect(await fault(() => late.hear(ready))).toBe('ERR_ZMTP_CRYPTOGRAPHIC')
  })

  it('a cookie that was kept for more than a minute', async () => {
    let now = 5000
    const { hello, initiate } = await shakeHands()
    for (const [later, expected] of [
      [60_000, 'nothing is wrong'],
      [60_001, 'ERR_ZMTP_CRYPTOGRAPHIC'],
    ] as const) {
      const server = curveServer({ random: countingRandom(0x80), now: () => now })
      await server.hear(hello)
      now += later
      expect(await fault(() => server.hear(initiate))).toBe(expected)
    }
  })

  it.each([
    ['of a low order, from a client', '00'.repeat(32)],
    ['of a low order in another spelling', `ed${'ff'.repeat(30)}7f`],
  ])('a key %s', async (_title, point) => {
    const { hello } = await shakeHands()
    const bad = Buffer.concat([hello.subarray(0, 80), hex(point), hello.subarray(112)])
    expect(await fault(() => curveServer().hear(bad))).toBe('ERR_ZMTP_KEY_EXCHANGE')
    const options = { curveServerKey: encodeZ85(hex(point)) }
    expect(await fault(() => curveClient({ options }).curve.start())).toBe('ERR_ZMTP_KEY_EXCHANGE')
  })

  it('another command than the one that is due', async () => {
    const { hello, welcome, initiate, ready } = await shakeHands()
    for (const bad of [welcome, initiate, ready, Buffer.of()]) {
      expect(await fault(() => curveServer().hear(bad))).toBe('ERR_ZMTP_UNEXPECTED_COMMAND')
    }
    for (const bad of [hello, initiate, ready]) {
      expect(await fault(() => started().hear(bad))).toBe('ERR_ZMTP_UNEXPECTED_COMMAND')
    }
    const server = curveServer()
    await server.hear(hello)
    expect(await fault(() => server.hear(hello))).toBe('ERR_ZMTP_UNEXPECTED_COMMAND')
  })

  it.each([
    ['curveServerKey', { curveServerKey: null }],
    ['curvePublicKey', { curvePublicKey: null }],
    ['curveSecretKey', { curveSecretKey: null }],
    ['curvePublicKey', { curvePublicKey: encodeZ85(serverKeys.publicKey) }],
  ])('to be a client without the right %s', async (name, options) => {
    const work = (): void => {
      curveClient({ options }).curve.start()
    }
    expect(await fault(work)).toBe('EINVAL')
    const reason: unknown = expect.stringContaining(name)
    expect(work).toThrow(expect.objectContaining({ reason }))
  })

  it('to be a server without a secret key', async () => {
    const options = { curveSecretKey: null }
    expect(await fault(() => curveServer({ options }))).toBe('EINVAL')
  })
})

describe('a server of CURVE refuses an INITIATE', () => {
  const [engine] = engines
  const connection = keyPairOf(0x10)
  const vouchNonce = new Uint8Array(16).fill(0x33)

  interface Lie {
    readonly number?: bigint
    readonly connectionInVouch?: Uint8Array
    readonly serverInVouch?: Uint8Array
    readonly clientSecret?: Uint8Array
    readonly metadata?: Uint8Array
  }

  /** An INITIATE made by hand, whose boxes are all genuine. */
  async function hears(lie: Lie): Promise<string> {
    const {
      number = 2n,
      connectionInVouch = connection.publicKey,
      serverInVouch = serverKeys.publicKey,
      clientSecret = clientKeys.secretKey,
      metadata = Buffer.of(),
    } = lie
    if (engine === undefined) throw new Error('no engine')
    const { hello, welcome } = await shakeHands()
    const server = curveServer({ random: countingRandom(0x80) })
    await server.hear(hello)
    const greeted = engine.sharedKey(serverKeys.publicKey, connection.secretKey) ?? Buffer.of()
    const nonce = Buffer.concat([Buffer.from('WELCOME-'), welcome.subarray(8, 24)])
    const boxes = engine.boxes(greeted, nonce.subarray(0, 16))
    const opened = Buffer.from(welcome.subarray(24))
    boxes.open(nonce.readUInt32BE(16), nonce.readUInt32BE(20), opened, 0, opened.length)
    const [theirs, cookie] = [opened.subarray(16, 48), opened.subarray(48)]
    const vouch = sealBox(
      engine,
      engine.sharedKey(theirs, clientSecret) ?? Buffer.of(),
      Buffer.concat([Buffer.from('VOUCH---'), vouchNonce]),
      Buffer.concat([connectionInVouch, serverInVouch]),
    )
    const short = Buffer.alloc(8)
    short.writeBigUInt64BE(number)
    const box = sealBox(
      engine,
      engine.sharedKey(theirs, connection.secretKey) ?? Buffer.of(),
      Buffer.concat([Buffer.from('CurveZMQINITIATE'), short]),
      Buffer.concat([clientKeys.publicKey, vouchNonce, vouch, metadata]),
    )
    const initiate = Buffer.concat([Buffer.from('\x08INITIATE'), cookie, short, box])
    const code = await fault(() => server.hear(initiate))
    expect(server.curve.outcome === undefined).toBe(code !== 'nothing is wrong')
    return code
  }

  it('not, when everything is right', async () => {
    expect(await hears({})).toBe('nothing is wrong')
  })

  it('whose vouch is for another server', async () => {
    const serverInVouch = keyPairOf(0x55).publicKey
    expect(await hears({ serverInVouch })).toBe('ERR_ZMTP_CRYPTOGRAPHIC')
  })

  it('whose vouch is for another connection', async () => {
    const connectionInVouch = keyPairOf(0x55).publicKey
    expect(await hears({ connectionInVouch })).toBe('ERR_ZMTP_CRYPTOGRAPHIC')
  })

  it('whose vouch is by another client', async () => {
    const clientSecret = keyPairOf(0x55).secretKey
    expect(await hears({ clientSecret })).toBe('ERR_ZMTP_CRYPTOGRAPHIC')
  })

  it.each([0n, 1n])('whose number is %i, after that of HELLO', async (number) => {
    expect(await hears({ number })).toBe('ERR_ZMTP_INVALID_SEQUENCE')
  })

  it('whose metadata are none', async () => {
    expect(await hears({ metadata: Buffer.of(200) })).toBe('ERR_ZMTP_INVALID_METADATA')
  })
})
