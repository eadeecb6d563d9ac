import { expect, it } from 'vitest'
import { curveClient, curveKeys, curveServer } from '../support/curve-ends.js'
import { MechanismEnd } from '../support/mechanism-end.js'

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
  const ends = [false, true].map((gone) => {
    const end = new MechanismEnd({ options: { mechanism: 'CURVE', ...curveKeys.client } })
    const started = end.begin()
    if (gone) end.mechanism.end?.()
    return started.then(() => end.take().length)
  })
  expect(await Promise.all(ends)).toEqual([1, 0])
})
