import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import {
  make,
  zerowire,
  type AnySocket,
  type Implementation,
  type Options,
  type Part,
  type SocketName,
} from '../support/implementations.js'
import { JeroMQ, requireJeroMQ } from '../support/jeromq.js'
import { pattern, texts, toBuffers } from '../support/messages.js'
import { disguised } from '../support/older-relay.js'
import { track } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

requireJeroMQ()

/** JeroMQ 0.3: ZMTP 2.0, and with those who speak no later one ZMTP 1.0. */
const far = new JeroMQ()
let isOpen = false

afterEach(async () => {
  if (isOpen) await far.close()
  isOpen = false
})
afterAll(() => {
  far.stop()
})

const languages = [
  { protocol: 'ZMTP/2.0', through: (address: string) => Promise.resolve(address) },
  { protocol: 'ZMTP/1.0', through: (address: string) => disguised(address, 'ZMTP/1.0') },
] as const

interface Roles {
  readonly through: (address: string) => Promise<string>
  /** Who listens. */
  readonly bound: string
}

/** A socket of ours, connected with one of JeroMQ. */
async function pair(
  { through, bound }: Roles,
  [ours, theirs]: readonly [type: SocketName, type: string],
  options: Options = {},
  routingId?: string,
): Promise<AnySocket> {
  const library = zerowire as unknown as Implementation
  const socket = track(make(library, ours, { ...options, minimumZmtpVersion: 1 }))
  if (bound === 'ours') {
    await far.open(theirs, 'connect', await through(await bindFresh(socket)), routingId)
  } else {
    socket.connect(await through(await far.open(theirs, 'bind', 'tcp://127.0.0.1', routingId)))
  }
  isOpen = true
  return socket
}

const payloads: Part[][] = [
  ['hello'],
  ['alpha', 'beta', 'gamma'],
  ['', 'x', '', ''],
  [''],
  [pattern(252), pattern(253), pattern(254), pattern(255), pattern(256)],
  [pattern(100_000)],
]

interface Channel {
  send(message: Part[]): Promise<void>
  receive(): Promise<Uint8Array[]>
}

async function transfer(from: Channel, to: Channel): Promise<void> {
  for (const payload of payloads) {
    await from.send(payload)
    expect(texts(await to.receive())).toEqual(texts(toBuffers(payload)))
  }
}

describe.each(languages)('JeroMQ in $protocol', ({ protocol, through }) => {
  describe.each(['ours', 'theirs'])('%s bound', (bound) => {
    const roles = { through, bound }

    it('PUSH of ours, PULL of theirs', async () => {
      const push = await pair(roles, ['Push', 'PULL'])
      const log = new EventLog(push)
      await transfer(push, far)
      expect((await log.until('handshake')).peer).toMatchObject({
        protocol,
        socketType: protocol === 'ZMTP/1.0' ? '' : 'PULL',
      })
    })

    it('PULL of ours, PUSH of theirs', async () => {
      await transfer(far, await pair(roles, ['Pull', 'PUSH']))
    })

    it('PAIR and PAIR', async () => {
      const socket = await pair(roles, ['Pair', 'PAIR'])
      await transfer(socket, far)
      await transfer(far, socket)
    })

    it('REQ of ours, REP of theirs', async () => {
      const request = await pair(roles, ['Request', 'REP'])
      for (const payload of payloads) {
        await request.send(payload)
        expect(texts(await far.receive())).toEqual(texts(toBuffers(payload)))
        await far.send(['re', ...payload])
        expect(texts(await request.receive())).toEqual(['re', ...texts(toBuffers(payload))])
      }
    })

    it('REP of ours, REQ of theirs', async () => {
      const reply = await pair(roles, ['Reply', 'REQ'])
      for (const payload of payloads) {
        await far.send(payload)
        expect(texts(await reply.receive())).toEqual(texts(toBuffers(payload)))
        await reply.send(['re', ...payload])
        expect(texts(await far.receive())).toEqual(['re', ...texts(toBuffers(payload))])
      }
    })

    it.each([0, 1, 255])('DEALER of ours, its id of %i bytes, ROUTER of theirs', async (size) => {
      const id = 'i'.repeat(size)
      const options = id === '' ? {} : { routingId: id }
      const dealer = await pair(roles, ['Dealer', 'ROUTER'], options)
      await dealer.send(['hello', ''])
      const [name = Buffer.alloc(0), ...parts] = await far.receive()
      expect(texts(parts)).toEqual(['hello', ''])
      if (id !== '') expect(String(name)).toBe(id)
      await far.send([name, 'welcome'])
      expect(texts(await dealer.receive())).toEqual(['welcome'])
    })

    // It counts the bytes of its own id in a byte with a sign.
    it.each([0, 1, 127])('ROUTER of ours, DEALER of theirs, its id of %i bytes', async (size) => {
      const id = 'i'.repeat(size)
      const router = await pair(roles, ['Router', 'DEALER'], {}, id)
      await far.send(['hello', ''])
      const [name = Buffer.alloc(0), ...parts] = await router.receive()
      expect(texts(parts)).toEqual(['hello', ''])
      if (id !== '') expect(String(name)).toBe(id)
      await router.send([name, 'welcome'])
      expect(texts(await far.receive())).toEqual(['welcome'])
    })

    it('XPUB of ours, SUB of theirs', async () => {
      const publisher = await pair(roles, ['XPublisher', 'SUB'])
      if (protocol === 'ZMTP/1.0') expect(texts(await publisher.receive())).toEqual(['\x01'])
      await far.subscribe('news')
      // It attends to those who connect, and so asks them, only while it receives.
      const first = far.receive()
      expect(texts(await publisher.receive())).toEqual(['\x01news'])
      for (const message of [['weather'], ['news', '', '1'], ['new'], ['news: 2']]) {
        await publisher.send(message)
      }
      expect(texts(await first)).toEqual(['news', '', '1'])
      expect(texts(await far.receive())).toEqual(['news: 2'])
    })

    it.each([4, 255])('SUB of ours to a topic of %i bytes, XPUB of theirs', async (size) => {
      const topic = 't'.repeat(size)
      const subscriber = await pair(roles, ['Subscriber', 'XPUB'])
      subscriber.subscribe(topic)
      let told = texts(await far.receive())
      // What it tells itself of peers that may not ask.
      if (protocol === 'ZMTP/1.0' && told[0] === '\x01') told = texts(await far.receive())
      expect(told).toEqual([`\x01${topic}`])
      for (const message of [['weather'], [topic, '', '1'], ['new'], [`${topic}: 2`]]) {
        await far.send(message)
      }
      expect(texts(await subscriber.receive())).toEqual([topic, '', '1'])
      expect(texts(await subscriber.receive())).toEqual([`${topic}: 2`])
      subscriber.unsubscribe(topic)
      expect(texts(await far.receive())).toEqual([`\0${topic}`])
    })
  })
})

it('JeroMQ is refused by default, and told why in an event', async () => {
  const pull = track(new zerowire.Pull())
  const log = new EventLog(pull)
  await far.open('PUSH', 'connect', await bindFresh(pull))
  isOpen = true
  const { error } = await log.until('handshake:error:protocol')
  expect(error.reason).toMatch(/older ZMTP \(revision 1\)/)
})
