import { expect, it } from 'vitest'
import { Negotiation } from '../../src/session/negotiation.js'
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
