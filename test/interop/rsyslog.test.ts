import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  curveKeyPair,
  Pull,
  Push,
  Router,
  Subscriber,
  XPublisher,
  type Authenticate,
  type CurveKeyPair,
} from 'zerowire'
import { readCertificate, readCertificates, writeCertificate } from 'zerowire/certificates'
import { peerOf } from 'zerowire/extra'
import { Child } from '../support/child.js'
import { EventLog } from '../support/events.js'
import { requirePyzmq } from '../support/pyzmq.js'
import { czmqMakes, imczmq, omczmq, requireRsyslog, sendingRsyslog } from '../support/rsyslog.js'
import { track } from '../support/scope.js'
import { bindFresh, freshAddress, temporaryDirectory } from '../support/transports.js'

requireRsyslog()

/** More than fit into one mark of either side. */
const lines = Array.from({ length: 3000 }, (_, index) => `line ${String(index)} of many`)

/** Writes a certificate, and beside it the secret one. */
type Maker = (path: string, name: string) => Promise<unknown>

function zerowireMakes(path: string, name: string): Promise<void> {
  return writeCertificate(path, { ...curveKeyPair(), metadata: { name } })
}

/** Who takes part, and what each knows of others, in files. */
interface Party {
  readonly server: CurveKeyPair
  readonly client: CurveKeyPair
  /** A folder with the certificate of the client, whose name is Anna. */
  readonly store: string
  /** Parameters of rsyslog. */
  readonly asServer: Readonly<Record<string, string>>
  readonly asClient: Readonly<Record<string, string>>
}

async function party(make: Maker = zerowireMakes): Promise<Party> {
  const folder = temporaryDirectory()
  const file = (name: string): string => join(folder, name)
  await make(file('server'), 'Server')
  await make(file('client'), 'Anna')
  await mkdir(file('store'))
  await copyFile(file('client'), file('store/client'))
  await copyFile(file('server'), file('known-server'))
  return {
    server: await keysIn(file('server')),
    client: await keysIn(file('client')),
    store: file('store'),
    asServer: {
      authtype: 'CURVESERVER',
      servercertpath: file('server'),
      clientcertpath: file('store'),
      authenticator: 'on',
    },
    asClient: {
      authtype: 'CURVECLIENT',
      servercertpath: file('known-server'),
      clientcertpath: file('client'),
    },
  }
}

async function keysIn(path: string): Promise<CurveKeyPair> {
  const { publicKey, secretKey = '' } = await readCertificate(`${path}_secret`)
  return { publicKey, secretKey }
}

function serves({ server }: Pick<Party, 'server'>) {
  return { curveServer: true, curveSecretKey: server.secretKey }
}

function dials({ server, client }: Pick<Party, 'server' | 'client'>) {
  return {
    curveServerKey: server.publicKey,
    curvePublicKey: client.publicKey,
    curveSecretKey: client.secretKey,
    reconnectInterval: 10,
  }
}

/** Those whose certificates are in the folder, by their names. */
async function only(store: string): Promise<Authenticate> {
  const known = await readCertificates(store)
  return ({ publicKey = '' }) => known.get(publicKey)?.metadata['name']
}

describe('rsyslog sends', () => {
  it.each(['PUSH', 'DEALER'] as const)('as a client with a certificate, from %s', async (type) => {
    const who = await party()
    const socket = track(type === 'PUSH' ? new Pull(serves(who)) : new Router(serves(who)))
    socket.authenticate = await only(who.store)
    const log = omczmq(who.asClient, { socktype: type, endpoints: await bindFresh(socket) })
    log(...lines)
    for (const line of lines) {
      const message = await socket.receive()
      expect(String(message.at(-1))).toBe(line)
      expect(peerOf(message)).toMatchObject({ socketType: type, userId: 'Anna' })
    }
  })

  it('as a server that listens, to those who subscribe', async () => {
    const who = await party()
    const subscriber = track(new Subscriber(dials(who)))
    subscriber.subscribe('news.')
    const address = freshAddress('ipc')
    subscriber.connect(address)
    const log = omczmq(who.asServer, {
      ...{ socktype: 'PUB', endpoints: `@${address}`, topics: 'old.,news.', topicframe: 'on' },
    })
    // It listens with its first line, which nobody hears.
    subscriber.receiveTimeout = 50
    let heard: Buffer[] | undefined
    while (heard === undefined) {
      log('hello')
      heard = await subscriber.receive().catch(() => undefined)
    }
    expect(heard.map(String)).toEqual(['news.', 'hello'])
  })

  it('as a server that dials', async () => {
    const who = await party()
    const pull = track(new Pull(dials(who)))
    const log = omczmq(who.asServer, { socktype: 'PUSH', endpoints: await bindFresh(pull) })
    log(...lines)
    for (const line of lines) expect(String(await pull.receive())).toBe(line)
  })

  it('with a certificate that czmq made, to a server that has one of czmq, too', async (test) => {
    requirePyzmq(test)
    const who = await party(czmqMakes)
    const pull = track(new Pull(serves(who)))
    pull.authenticate = await only(who.store)
    const log = omczmq(who.asClient, { socktype: 'PUSH', endpoints: await bindFresh(pull) })
    log('hello')
    const message = await pull.receive()
    expect([String(message[0]), peerOf(message)?.userId]).toEqual(['hello', 'Anna'])
  })

  it('nothing to a server that does not know its certificate', async () => {
    const who = await party()
    const stranger = await party()
    const pull = track(new Pull(serves(who)))
    const log = new EventLog(pull)
    pull.authenticate = await only(stranger.store)
    const endpoints = await bindFresh(pull)
    omczmq(who.asClient, { socktype: 'PUSH', endpoints })('hello')
    const { error } = await log.until('handshake:error:auth')
    expect(error).toMatchObject({ status: 400 })
    expect(log.types).not.toContain('handshake')
    expect(pull.stats.received).toBe(0)
  })

  it('nothing to another server than it wants', async () => {
    const who = await party()
    const other = await party()
    const pull = track(new Pull(serves(other)))
    const log = new EventLog(pull)
    const endpoints = await bindFresh(pull)
    omczmq(who.asClient, { socktype: 'PUSH', endpoints })('hello')
    const { error } = await log.until('handshake:error:protocol')
    expect(error).toMatchObject({ code: 'ERR_ZMTP_CRYPTOGRAPHIC' })
    expect(log.types).not.toContain('handshake')
    expect(pull.stats.received).toBe(0)
  })

  it('nothing to a server with certificates if it has none', async () => {
    const pull = track(new Pull(serves(await party())))
    const log = new EventLog(pull)
    omczmq({}, { socktype: 'PUSH', endpoints: await bindFresh(pull) })('hello')
    // Which of the two sees it first, and leaves, nobody knows.
    await log.until('disconnect')
    expect(log.types).not.toContain('handshake')
    expect(pull.stats.received).toBe(0)
  })
})

describe('rsyslog receives', () => {
  it('as a server that listens, from those in its store', async () => {
    const who = await party()
    const push = track(new Push(dials(who)))
    const address = freshAddress('ipc')
    const line = imczmq(who.asServer, { socktype: 'PULL', endpoints: `@${address}` })
    push.connect(address)
    for (const each of lines) await push.send(each)
    for (const each of lines) expect(await line()).toBe(each)
  })

  it('as a client that dials, with a certificate', async () => {
    const who = await party()
    const push = track(new Push(serves(who)))
    push.authenticate = await only(who.store)
    const log = new EventLog(push)
    const address = await bindFresh(push)
    const line = imczmq(who.asClient, { socktype: 'PULL', endpoints: `>${address}` })
    for (const each of lines) await push.send(each)
    for (const each of lines) expect(await line()).toBe(each)
    expect((await log.until('handshake')).peer).toMatchObject({ userId: 'Anna' })
  })

  it('what it subscribes to', async () => {
    const who = await party()
    const publisher = track(new XPublisher(serves(who)))
    publisher.authenticate = await only(who.store)
    const endpoints = await bindFresh(publisher)
    const line = imczmq(who.asClient, { socktype: 'SUB', endpoints, topics: 'news.,more.' })
    const topics = [await publisher.receive(), await publisher.receive()]
    expect(topics.map(String).sort()).toEqual(['\u0001more.', '\u0001news.'])
    for (const each of ['old. 1', 'news. 2', 'old. 3', 'more. 4']) await publisher.send(each)
    expect([await line(), await line()]).toEqual(['news. 2', 'more. 4'])
  })

  it('nothing from a client that is not in its store, which hears of it', async () => {
    const who = await party()
    const { client } = await party()
    const push = track(new Push(dials({ ...who, client })))
    const log = new EventLog(push)
    const address = freshAddress('ipc')
    const line = imczmq(who.asServer, { socktype: 'PULL', endpoints: `@${address}` })
    push.connect(address)
    const { error } = await log.until('handshake:error:auth')
    expect(error).toMatchObject({ status: 400 })
    expect(log.types).not.toContain('handshake')
    // Somebody whom it knows is heard, and is the first.
    const known = track(new Push(dials(who)))
    known.connect(address)
    await known.send('hello')
    expect(await line()).toBe('hello')
  })

  it('nothing from a client that wants another server', async () => {
    const who = await party()
    const { server } = await party()
    const push = track(new Push(dials({ ...who, server })))
    const log = new EventLog(push)
    const address = freshAddress('ipc')
    const line = imczmq(who.asServer, { socktype: 'PULL', endpoints: `@${address}` })
    push.connect(address)
    await log.until('handshake:error:other', 2)
    expect(log.types).not.toContain('handshake')
    const known = track(new Push(dials(who)))
    known.connect(address)
    await known.send('hello')
    expect(await line()).toBe('hello')
  })
})

describe('examples/syslog', () => {
  it('says what rsyslog needs, and prints what that logs', async () => {
    const program = Child.run('examples/syslog/main.ts', temporaryDirectory())
    const configuration: string[] = []
    while (configuration.at(-1) !== '') configuration.push(await program.line())
    sendingRsyslog(...configuration)('hello')
    expect(await program.line()).toMatch(/^rsyslog notice \d{4}-\d\d-.* test: ?hello$/)
    expect(await program.interrupt()).toBe(0)
  })
})
