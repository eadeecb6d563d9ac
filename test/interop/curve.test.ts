import { describe, expect, it } from 'vitest'
import { curveKeyPair } from 'zerowire'
import { EventLog } from '../support/events.js'
import { native, ours, type Options } from '../support/implementations.js'
import { arrangements, payloads } from '../support/pairings.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

const server = curveKeyPair()
const client = curveKeyPair()
const asServer: Options = { curveServer: true, curveSecretKey: server.secretKey }
const asClient: Options = {
  curveServerKey: server.publicKey,
  curvePublicKey: client.publicKey,
  curveSecretKey: client.secretKey,
}

describe.each(['tcp', 'ipc', 'ws'] as const)('legal pairs with CURVE over %s', (scheme) => {
  describe.each(arrangements)('$title', (pairing) => {
    const { a, b, libraryA, libraryB, options, prepare, exchange } = pairing
    it.each(['first', 'second'])('exchange messages, the %s one the server', async (which) => {
      const [roleA, roleB] = which === 'first' ? [asServer, asClient] : [asClient, asServer]
      const socketA = open(libraryA, a, { ...options?.[0], ...roleA })
      const socketB = open(libraryB, b, { ...options?.[1], ...roleB })
      const [binder, connecter] = which === 'first' ? [socketA, socketB] : [socketB, socketA]
      connecter.connect(await bindFresh(binder, scheme))
      await prepare?.(socketA, socketB)
      for (const payload of Object.values(payloads)) await exchange(socketA, socketB, payload)
    })
  })
})

describe.each([
  ['our server', ours, native],
  ['our client', native, ours],
] as const)('%s', (_title, serves, calls) => {
  it('may be the end that connects, or the end that is connected to', async () => {
    const push = open(serves, 'Push', asServer)
    const pull = open(calls, 'Pull', asClient)
    push.connect(await bindFresh(pull))
    await push.send('hello')
    expect(String(await pull.receive())).toBe('hello')
  })

  it('takes messages of a megabyte', async () => {
    const pull = open(serves, 'Pull', asServer)
    const push = open(calls, 'Push', asClient)
    push.connect(await bindFresh(pull))
    const body = Buffer.alloc(1_048_576, 'x')
    await push.send([body, 'and more'])
    const [received, more] = await pull.receive()
    expect(Buffer.compare(received ?? Buffer.of(), body)).toBe(0)
    expect(String(more)).toBe('and more')
  })
})

describe('a native client', () => {
  it('that wants another server is turned away, and the reason is ours to know', async () => {
    const pull = open(ours, 'Pull', asServer)
    const log = new EventLog(pull)
    const push = open(native, 'Push', { ...asClient, curveServerKey: client.publicKey })
    push.connect(await bindFresh(pull))
    const { error } = await log.until('handshake:error:protocol')
    expect(error).toMatchObject({ code: 'ERR_ZMTP_CRYPTOGRAPHIC' })
    expect(log.types).not.toContain('handshake')
  })

  it('without CURVE is turned away', async () => {
    const pull = open(ours, 'Pull', asServer)
    const log = new EventLog(pull)
    const push = open(native, 'Push')
    push.connect(await bindFresh(pull))
    // Which of the two sees it first, and leaves, nobody knows.
    await log.until('disconnect')
    expect(log.types).not.toContain('handshake')
  })
})

describe('a native server', () => {
  it('that is not the one we want does not answer, and we try again', async () => {
    const pull = open(native, 'Pull', asServer)
    const push = open(ours, 'Push', {
      ...asClient,
      curveServerKey: client.publicKey,
      reconnectInterval: 10,
    })
    const log = new EventLog(push)
    push.connect(await bindFresh(pull))
    await log.until('handshake:error:other', 2)
    expect(log.types).not.toContain('handshake')
  })
})
