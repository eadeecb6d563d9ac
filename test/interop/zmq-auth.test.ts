import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { curveKeyPair, Dealer } from 'zerowire'
import { readCertificates, writeCertificate } from 'zerowire/certificates'
import { peerOf } from 'zerowire/extra'
import { EventLog } from '../support/events.js'
import { PYTHON, requirePyzmq, type Handler } from '../support/pyzmq.js'
import { track } from '../support/scope.js'
import { SecureEnds, type Security } from '../support/secure-ends.js'
import { bindFresh, temporaryDirectory } from '../support/transports.js'

beforeEach(requirePyzmq)

type Rules = Omit<Extract<Handler, { do: 'authenticate' }>, 'do'>

function endsWith(rules: Rules): SecureEnds {
  const ends = new SecureEnds({ do: 'authenticate', ...rules })
  onTestFinished(() => {
    ends.stop()
  })
  return ends
}

const [server, anna, stranger] = [curveKeyPair(), curveKeyPair(), curveKeyPair()]

function keysOf({ publicKey, secretKey }: typeof anna): Security {
  const { publicKey: curveServerKey } = server
  return { curvePublicKey: publicKey, curveSecretKey: secretKey, curveServerKey }
}

interface Mechanism {
  readonly mechanism: string
  readonly user: string
  readonly served: Security
  readonly known: Security
  readonly unknown?: readonly Security[]
  /** What the authenticator has to know. */
  readonly rules: () => Promise<Rules>
}

const mechanisms: readonly Mechanism[] = [
  {
    mechanism: 'NULL',
    user: 'anonymous',
    served: { zapDomain: 'global' },
    known: {},
    rules: () => Promise.resolve({}),
  },
  {
    mechanism: 'PLAIN',
    user: 'anna',
    served: { plainServer: true },
    known: { plainUsername: 'anna', plainPassword: 'secret' },
    unknown: [
      { plainUsername: 'anna', plainPassword: 'guess' },
      { plainUsername: 'bert', plainPassword: 'secret' },
    ],
    rules: () => Promise.resolve({ passwords: { anna: 'secret' } }),
  },
  {
    mechanism: 'CURVE',
    user: anna.publicKey,
    served: { curveServer: true, curveSecretKey: server.secretKey },
    known: keysOf(anna),
    unknown: [keysOf(stranger)],
    rules: async () => {
      const certificates = temporaryDirectory()
      await writeCertificate(join(certificates, 'anna.key'), { publicKey: anna.publicKey })
      return { certificates }
    },
  },
]

describe.each(mechanisms)('the authenticator of pyzmq, $mechanism', (each) => {
  const { user, served, known, unknown = [], rules } = each

  it.each<[title: string, addresses: Rules]>([
    ['anybody may come from anywhere', {}],
    ['an address may', { allow: ['127.0.0.1'] }],
    ['another address may not', { deny: ['192.0.2.1'] }],
  ])('%s: lets us in', async (_title, addresses) => {
    const ends = endsWith({ ...(await rules()), ...addresses })
    const listener = await ends.listen('pyzmq', 'tcp', served)
    const dialler = await ends.dial('zerowire', listener.endpoint, known)
    expect((await dialler.hello()).text).toBe('hello from pyzmq')
    expect(await listener.hello()).toEqual({ text: 'hello from zerowire', user })
  })

  it.each<[title: string, addresses: Rules]>([
    ['another address may', { allow: ['192.0.2.1'] }],
    ['an address may not', { deny: ['192.0.2.1', '127.0.0.1'] }],
  ])('%s: refuses us', async (_title, addresses) => {
    await expectRefusal({ ...(await rules()), ...addresses }, known)
  })

  if (unknown.length > 0) {
    it.each(unknown)('refuses whom it does not know', async (credentials) => {
      await expectRefusal(await rules(), credentials)
      await expectRefusal({ ...(await rules()), allow: ['127.0.0.1'] }, credentials)
    })
  }

  async function expectRefusal(given: Rules, credentials: Security): Promise<void> {
    const ends = endsWith(given)
    const listener = await ends.listen('pyzmq', 'tcp', served)
    const dialler = await ends.dial('zerowire', listener.endpoint, credentials)
    const refused = { type: 'handshake:error:auth', status: 400 }
    for (const end of [listener, dialler]) {
      expect(await end.until(/^handshake/)).toEqual(refused)
    }
    // Which is final.
    await dialler.until(/^disconnect/)
    expect(await dialler.close()).not.toContain('connect:retry')
  }
})

describe('a client of pyzmq with a certificate of zmq.auth', () => {
  const served = { curveServer: true, curveSecretKey: server.secretKey }

  /** Whose public file says nothing but the key, as zmq.auth has it. */
  async function create(folder: string): Promise<string> {
    const code = 'import sys, zmq.auth; zmq.auth.create_certificates(sys.argv[1], "client")'
    await promisify(execFile)(PYTHON, ['-c', code, folder])
    return join(folder, 'client.key_secret')
  }

  it('is let in by authenticate if its certificate is in the folder, and refused if not', async () => {
    const [here, elsewhere] = [temporaryDirectory(), temporaryDirectory()]
    const [known, unknown] = [await create(here), await create(elsewhere)]
    const store = await readCertificates(here)
    const dealer = track(new Dealer(served))
    const log = new EventLog(dealer)
    dealer.authenticate = ({ publicKey = '' }) => store.get(publicKey)?.publicKey
    const address = await bindFresh(dealer)

    const ends = endsWith({})
    const security = (certificate: string): Security => ({
      curveServerKey: server.publicKey,
      certificate,
    })
    const refused = await ends.dial('pyzmq', address, security(unknown))
    expect((await log.like(/^handshake/)).type).toBe('handshake:error:auth')
    expect(await refused.until(/^handshake/)).toEqual({ type: 'handshake:error:auth', status: 400 })

    await ends.dial('pyzmq', address, security(known))
    const message = await dealer.receive()
    expect([String(message[0]), peerOf(message)?.userId]).toEqual([
      'hello from pyzmq',
      ...store.keys(),
    ])
  })
})
