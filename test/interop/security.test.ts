import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decodeZ85 } from '../../src/util/z85.js'
import { describeOurs, native, ours } from '../support/implementations.js'
import { requirePyzmq } from '../support/pyzmq.js'
import { SecureEnds, serveZap, type Library, type Security } from '../support/secure-ends.js'

/** Of the listener, and of those who want to come in: what they say, and what the handler says to it. */
interface Mechanism {
  readonly mechanism: string
  server(status: string): Security
  client(status: string): Security
  /** Credentials that the handler has never heard of; none where there are no credentials. */
  readonly wrong?: Security
}

const plain: Mechanism = {
  mechanism: 'PLAIN',
  server: () => ({ plainServer: true }),
  client: (status) => ({ plainUsername: status, plainPassword: 'secret' }),
  wrong: { plainUsername: '200', plainPassword: 'guess' },
}

const listener = native.curveKeyPair()
const stranger = native.curveKeyPair()
/** By the status that the handler answers with. */
const clients = new Map(['200', '300', '400', '500'].map((each) => [each, native.curveKeyPair()]))

/** As credentials are told: the bytes of a key, in hexadecimal. */
const keys = Object.fromEntries(
  [...clients].map(([status, { publicKey }]) => [
    Buffer.from(decodeZ85(publicKey) ?? []).toString('hex'),
    status,
  ]),
)

const known = ({ publicKey, secretKey } = native.curveKeyPair()): Security => ({
  ...{ curvePublicKey: publicKey, curveSecretKey: secretKey, curveServerKey: listener.publicKey },
})

const curve: Mechanism = {
  mechanism: 'CURVE',
  server: () => ({ curveServer: true, curveSecretKey: listener.secretKey }),
  client: (status) => known(clients.get(status)),
  wrong: known(stranger),
}

const mechanisms: readonly Mechanism[] = [
  {
    mechanism: 'NULL',
    server: (status) => ({ zapDomain: status }),
    client: () => ({}),
  },
  plain,
  curve,
]

/** libzmq 4.3.4 has no WebSocket. */
const pairings = (['tcp', 'ipc', 'ws'] as const).flatMap((scheme) => {
  const others: Library[] = scheme === 'ws' ? ['zeromq'] : ['zeromq', 'pyzmq']
  const mixed = others.flatMap((other) => [
    { scheme, server: 'zerowire' as const, client: other },
    { scheme, server: other, client: 'zerowire' as const },
  ])
  return [...mixed, { scheme, server: 'zerowire' as const, client: 'zerowire' as const }]
})

const ends = new SecureEnds({ do: 'judge', keys })
const handlers: { close(): void }[] = []

beforeAll(async () => {
  for (const lib of [ours, native]) handlers.push(await serveZap(lib, keys))
})

afterAll(() => {
  for (const handler of handlers) handler.close()
  ends.stop()
})

describeOurs.each(mechanisms)(
  '$mechanism',
  ({ mechanism, server: served, client: dialled, wrong }) => {
    describe.each(pairings)('over $scheme, $client dials $server', ({ scheme, server, client }) => {
      if (server === 'pyzmq' || client === 'pyzmq') beforeEach(requirePyzmq)

      const pair = async (serverSays: Security, clientSays: Security) => {
        const listener = await ends.listen(server, scheme, serverSays)
        return [listener, await ends.dial(client, listener.endpoint, clientSays)] as const
      }

      it('200: messages flow, and the server knows from whom', async () => {
        const [listener, dialler] = await pair(served('200'), dialled('200'))
        expect((await dialler.hello()).text).toBe(`hello from ${server}`)
        const { text, user } = await listener.hello()
        expect(text).toBe(`hello from ${client}`)
        if (server !== 'zeromq') expect(user).toBe(`user ${mechanism}`)
      })

      it('300: the server says so, and the client tries again', async () => {
        const [listener, dialler] = await pair(served('300'), dialled('300'))
        const refused = await listener.until(/^handshake:error/)
        expect(refused).toEqual({ type: 'handshake:error:auth', status: 300 })
        if (server !== 'zerowire') return
        // libzmq keeps the connection, and the client waits.
        await dialler.until(/^connect:retry/)
        expect(await dialler.close()).not.toContain('handshake:error:auth')
      })

      it.each([400, 500])('%i: both say so, and the client gives up', async (status) => {
        const [listener, dialler] = await pair(served(String(status)), dialled(String(status)))
        const refused = { type: 'handshake:error:auth', status }
        expect(await listener.until(/^handshake:error/)).toEqual(refused)
        expect(await dialler.until(/^handshake:error/)).toEqual(refused)
        await dialler.until(/^disconnect/)
        expect(await dialler.close()).not.toContain('connect:retry')
      })

      if (wrong === undefined) return

      it('wrong credentials are refused', async () => {
        const [listener, dialler] = await pair(served('200'), wrong)
        const refused = { type: 'handshake:error:auth', status: 400 }
        expect(await listener.until(/^handshake:error/)).toEqual(refused)
        expect(await dialler.until(/^handshake:error/)).toEqual(refused)
      })

      if (mechanism === 'CURVE') {
        it('a client that takes somebody else for the server hears nothing, nor does the server', async () => {
          const mistaken = { ...dialled('200'), curveServerKey: stranger.publicKey }
          const [listening, dialling] = await pair(served('200'), mistaken)
          await (server === 'zerowire' ? listening : dialling).until(/^handshake:error/)
          for (const end of [listening, dialling]) {
            const types = await end.close()
            if (scheme !== 'ws') expect(types).not.toContain('handshake')
          }
        })
      }

      it.each(['client', 'server'])('a %s without any is refused', async (who) => {
        const [listener, dialler] = await pair(
          who === 'server' ? {} : served('200'),
          who === 'client' ? {} : dialled('200'),
        )
        const here = server === 'zerowire' ? listener : dialler
        await here.until(/^handshake:error|^accept:error/)
        // A WebSocket of libzmq is done with a handshake before it knows better.
        for (const end of [listener, dialler]) {
          const types = await end.close()
          if (scheme !== 'ws' || end === here) expect(types).not.toContain('handshake')
        }
      })
    })
  },
)
