import { expect, it } from 'vitest'
import { curveClient, curveServer } from '../support/curve-ends.js'

it('a server of CURVE that ends before anybody said hello knows its key no more', async () => {
  const client = curveClient()
  client.curve.start()
  const [hello] = client.take()
  const server = curveServer()
  server.curve.end()
  await expect(server.hear(hello)).rejects.toMatchObject({ code: 'ERR_ZMTP_CRYPTOGRAPHIC' })
  expect(await curveServer().hear(hello)).toHaveLength(1)
})
