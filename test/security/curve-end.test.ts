import { expect, it } from 'vitest'
import { keyOf } from '../../src/security/curve.js'
import { Negotiation } from '../../src/session/negotiation.js'
import { decodeZ85 } from '../../src/util/z85.js'
import { FrameDecoder } from '../../src/wire/frame-decoder.js'
import { FrameEncoder } from '../../src/wire/frame-encoder.js'
import { curveClient, curveKeys, curveServer } from '../support/curve-ends.js'
import { TestEnd } from '../support/test-ends.js'

it('a server of CURVE that ends before anybody said hello knows its key no more', async () => {
  const client = curveClient()
  client.curve.start()
  const [hello] = client.take()
  const server = curveServer()
  server.curve.end()
  await expect(server.hear(hello)).rejects.toMatchObject({ code: 'ERR_ZMTP_CRYPTOGRAPHIC' })
  expect(await curveServer().hear(hello)).toHaveLength(1)
})

it('a client of CURVE whose connection ends before it is loaded says nothing', async () => {
  const options = { mechanism: 'CURVE', ...curveKeys.client } as const
  const connection = { endpoint: '', remoteAddress: '', connection: 1, accepted: false }
  const ends = [false, true].map(async (gone) => {
    const encoder = new FrameEncoder()
    const codec = { encoder, decoder: new FrameDecoder({ maxMessageSize: -1 }, () => undefined) }
    const negotiation = new Negotiation(new TestEnd({ options }), codec, connection)
    const begun = negotiation.begin()
    if (gone) negotiation.end()
    await begun
    return encoder.bytes > 0
  })
  expect(await Promise.all(ends)).toEqual([true, false])
})

it('a key that a page keeps as a character a byte is the key that Node keeps as Z85', () => {
  const z85 = curveKeys.client.curveSecretKey
  const bytes = Buffer.from(decodeZ85(z85) ?? [])
  const none = { curvePublicKey: null, curveSecretKey: null, curveServerKey: null }
  for (const curveSecretKey of [z85, bytes.toString('latin1')]) {
    expect(Buffer.from(keyOf({ ...none, curveSecretKey }, 'curveSecretKey'))).toEqual(bytes)
  }
})
