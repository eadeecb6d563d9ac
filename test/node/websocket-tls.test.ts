import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import { zerowire } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { track } from '../support/scope.js'
import { cert, key } from '../support/tls.js'
import { bindFresh } from '../support/transports.js'

type Pull = InstanceType<typeof zerowire.Pull>
type Push = InstanceType<typeof zerowire.Push>
type Tls = Push['tls']

const quick = { reconnectInterval: 1 }

const openPull = (tls: Tls): Pull => track(new zerowire.Pull({ tls }))
const openPush = (tls: Tls): Push => track(new zerowire.Push({ tls, ...quick }))

/** A listener of wss and somebody who dials it. */
async function ends(listener: Tls, dialler: Tls, host = '127.0.0.1') {
  const [pull, push] = [openPull(listener), openPush(dialler)]
  const [log, pushLog] = [new EventLog(pull), new EventLog(push)]
  const address = await bindFresh(pull, 'wss')
  push.connect(address.replace('127.0.0.1', host))
  return { pull, push, log, pushLog, address }
}

async function expectAdmitted({ pull, push }: { pull: Pull; push: Push }): Promise<void> {
  await push.send('secret')
  expect(await receiveTexts(pull)).toEqual(['secret'])
}

describe('a listener of wss', () => {
  it.each([
    { title: 'no tls at all', tls: null },
    { title: 'an empty one', tls: {} },
    { title: 'no certificate', tls: { key } },
    { title: 'no key', tls: { cert } },
    { title: 'a key that is none', tls: { key: 'none', cert } },
    { title: 'a certificate that is none', tls: { key, cert: 'none' } },
  ])('is not to be had with $title', async ({ tls }) => {
    const pull = openPull(tls)
    const log = new EventLog(pull)
    const address = 'wss://127.0.0.1:*'
    const refused = { name: 'ZmqError', code: 'EINVAL', address }
    await expect(pull.bind(address)).rejects.toMatchObject(refused)
    const { error } = await log.until('bind:error')
    expect(error.reason).toMatch(/\w+ \w+/)
    pull.tls = { key, cert }
    await bindFresh(pull, 'wss')
  })

  it('takes its key as bytes as well', async () => {
    await expectAdmitted(
      await ends({ key: Buffer.from(key), cert: Buffer.from(cert) }, { ca: [cert] }),
    )
  })
})

describe('a certificate', () => {
  it.each([null, {}, { ca: [] }])('that nobody has vouched for is refused: %j', async (tls) => {
    const { pushLog, log, pull } = await ends({ key, cert }, tls)
    const { error } = await pushLog.until('close')
    expect(error?.reason).toMatch(/self-signed certificate/)
    await pushLog.until('connect:retry', 2)
    expect(pushLog.types).not.toContain('connect')
    expect((await log.until('accept:error')).error.reason).toMatch(/\w+ \w+/)
    expect(pull.stats.connections).toBe(0)
  })

  it.each([{ ca: cert }, { ca: Buffer.from(cert) }, { ca: [cert] }, { rejectUnauthorized: false }])(
    'is trusted with what the option says: %#',
    async (tls) => {
      await expectAdmitted(await ends({ key, cert }, tls))
    },
  )

  it('must be for the host that was asked for', async () => {
    const { pushLog } = await ends({ key, cert }, { ca: cert, servername: 'other.example' })
    expect((await pushLog.until('close')).error?.reason).toMatch(/altnames.*other\.example/)
  })

  it('may be for a name', async () => {
    await expectAdmitted(await ends({ key, cert }, { ca: cert }, 'localhost'))
    await expectAdmitted(await ends({ key, cert }, { ca: cert, servername: 'localhost' }))
  })

  it('that is none is said to be none', async () => {
    const { push, pushLog, address } = await ends({ key, cert }, { ca: cert, cert: 'none', key })
    const { error } = await pushLog.until('close')
    expect(error).toMatchObject({ code: 'EINVAL' })
    expect(error?.reason).toMatch(/\w+ \w+/)
    push.disconnect(address)
    push.tls = { ca: cert }
    push.connect(address)
    await pushLog.until('handshake')
  })
})

describe('certificates of clients', () => {
  const listener = { key, cert, ca: cert, requestCert: true }

  it('admit those who have one', async () => {
    await expectAdmitted(await ends(listener, { ca: cert, cert, key }))
  })

  it('keep out those who have none', async () => {
    const { pull, log, pushLog } = await ends(listener, { ca: cert })
    await log.until('accept:error')
    await pushLog.until('connect:retry')
    expect(pull.stats.connections).toBe(0)
    expect(log.types).not.toContain('accept')
    expect(pushLog.types).not.toContain('handshake')
  })

  it('may be asked for without being needed', async () => {
    await expectAdmitted(await ends({ ...listener, rejectUnauthorized: false }, { ca: cert }))
  })
})
