import { describe, expect, it } from 'vitest'
import { curveKeyPair } from 'zerowire'
import { EventLog } from '../support/events.js'
import { ours } from '../support/implementations.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

const [server, own, other] = [curveKeyPair(), curveKeyPair(), curveKeyPair()]

const addresses = ['tcp://127.0.0.1:5555', 'ipc://@zerowire-nobody', 'ws://127.0.0.1:5555']

const clients = [
  { missing: 'curvePublicKey, curveSecretKey', options: { curveServerKey: server.publicKey } },
  {
    missing: 'curveServerKey',
    options: { curvePublicKey: own.publicKey, curveSecretKey: own.secretKey },
  },
  {
    missing: 'curveSecretKey',
    options: { curveServerKey: server.publicKey, curvePublicKey: own.publicKey },
  },
]

describe.each(addresses)('keys of CURVE that are missing, at %s', (address) => {
  it.each(clients)('are an error of connect(): $missing', ({ missing, options }) => {
    const push = open(ours, 'Push', options)
    const reason = expect.stringMatching(new RegExp(`not set: ${missing}$`)) as string
    expect(() => push.connect(address)).toThrow(
      expect.objectContaining({ code: 'EINVAL', address, reason }),
    )
  })

  it('are an error of bind()', async () => {
    const pull = open(ours, 'Pull', { curveServer: true })
    const log = new EventLog(pull)
    const reason = expect.stringMatching(/curveSecretKey/) as string
    const free = address.replace('5555', '*')
    await expect(pull.bind(free)).rejects.toMatchObject({ code: 'EINVAL', reason })
    await log.until('bind:error')
  })
})

it('keys that do not belong together are told once, and not tried again', async () => {
  const pull = open(ours, 'Pull', { curveServer: true, curveSecretKey: server.secretKey })
  const push = open(ours, 'Push', {
    ...{ curveServerKey: server.publicKey, curvePublicKey: other.publicKey },
    ...{ curveSecretKey: own.secretKey, reconnectInterval: 1 },
  })
  const log = new EventLog(push)
  push.connect(await bindFresh(pull))
  const { error } = await log.until('handshake:error:other')
  expect(error.code).toBe('EINVAL')
  await log.until('disconnect')
  const next = open(ours, 'Push', {
    ...{ curveServerKey: server.publicKey, curvePublicKey: own.publicKey },
    ...{ curveSecretKey: own.secretKey },
  })
  next.connect(String(pull.lastEndpoint))
  await next.send('whoever comes after it comes in')
  expect(String(await pull.receive())).toBe('whoever comes after it comes in')
  expect(log.types).not.toContain('connect:retry')
})
