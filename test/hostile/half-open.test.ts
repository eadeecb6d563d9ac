import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import { receiveTexts } from '../support/messages.js'
import { zerowire } from '../support/implementations.js'
import { RawListener, RawPeer } from '../support/raw-peer.js'
import { track } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { nextTurn } from '../support/turn.js'
import { COMMAND, greeting, LONG } from '../support/wire.js'
import { failuresOf } from './driver.js'

const STRANGERS = 1000

/** What strangers say before they fall silent. */
const beginnings = [
  { title: 'say nothing', bytes: Buffer.alloc(0) },
  { title: 'say one byte', bytes: greeting().subarray(0, 1) },
  { title: 'say half a greeting', bytes: greeting().subarray(0, 32) },
  { title: 'say a greeting', bytes: greeting() },
]

async function visit(address: string, bytes: Uint8Array): Promise<RawPeer> {
  const stranger = await RawPeer.connect(address)
  if (bytes.length > 0) stranger.write(bytes)
  return stranger
}

describe.each(['tcp', 'ipc'] as const)('strangers who never finish, over %s', (scheme) => {
  it.each(beginnings)(
    `${STRANGERS} who $title keep nobody from being served (CVE-2020-15166)`,
    async ({ bytes }) => {
      const reply = track(new zerowire.Reply({ backlog: STRANGERS }))
      const log = new EventLog(reply)
      const address = await bindFresh(reply, scheme)
      await Promise.all(Array.from({ length: STRANGERS }, () => visit(address, bytes)))
      const request = track(new zerowire.Request())
      request.connect(address)
      await request.send('question')
      expect(await receiveTexts(reply)).toEqual(['question'])
      await reply.send('answer')
      expect(await receiveTexts(request)).toEqual(['answer'])
      await log.until('accept', STRANGERS + 1)
      expect(reply.stats).toMatchObject({ peers: 1, connections: 1 })
      expect(log.types).not.toContain('disconnect')
    },
  )

  it('give no share of the work to those who are not there yet', async () => {
    const push = track(new zerowire.Push())
    const log = new EventLog(push)
    const address = await bindFresh(push, scheme)
    for (const { bytes } of beginnings) await visit(address, bytes)
    await log.until('accept', beginnings.length)
    const pull = track(new zerowire.Pull())
    pull.connect(address)
    for (const text of ['0', '1', '2', '3']) await push.send(text)
    for (const text of ['0', '1', '2', '3']) expect(await receiveTexts(pull)).toEqual([text])
  })
})

describe('maxPendingHandshakes', () => {
  it('leaves room for those who mean well, however fast strangers come', async () => {
    // Far fewer may wait than come.
    const reply = track(new zerowire.Reply({ backlog: STRANGERS, maxPendingHandshakes: 50 }))
    const log = new EventLog(reply)
    const address = await bindFresh(reply)
    void (async () => {
      for await (const question of reply) await reply.send(question)
    })()
    let served = false
    const flood = async (): Promise<void> => {
      for (let count = 0; !served || count < STRANGERS; count += 1) {
        const stranger = await visit(address, beginnings[count % 4]?.bytes ?? Buffer.alloc(0))
        // Some say a little more, a byte at a time.
        stranger.write(Buffer.of(0xff))
      }
    }
    const flooding = Promise.all([flood(), flood(), flood()])
    await log.until('handshake:error:other', 50)
    const request = track(new zerowire.Request({ reconnectInterval: 1 }))
    request.connect(address)
    for (let question = 0; question < 100; question += 1) {
      await request.send(`${question}`)
      expect(await receiveTexts(request)).toEqual([`${question}`])
    }
    served = true
    await flooding
    expect(reply.stats.peers).toBe(1)
  })

  it('costs the oldest stranger its place', async () => {
    const pull = track(new zerowire.Pull({ maxPendingHandshakes: 3 }))
    const log = new EventLog(pull)
    const address = await bindFresh(pull)
    const strangers: RawPeer[] = []
    for (let count = 1; count <= 5; count += 1) {
      strangers.push(await RawPeer.connect(address))
      await log.until('accept', count)
    }
    await Promise.all(strangers.slice(0, 2).map((stranger) => stranger.closed))
    for (const count of [1, 2]) {
      const { connection, error } = await log.until('handshake:error:other', count)
      expect(connection).toBe((await log.until('accept', count)).connection)
      expect(error.code).toBe('EBUSY')
    }
    for (const stranger of strangers.slice(2)) await stranger.handshake('PUSH')
    await log.until('handshake', 3)
    expect(log.types.filter((type) => type === 'disconnect')).toHaveLength(2)
  })

  it('does not count those who have come in', async () => {
    const pull = track(new zerowire.Pull({ maxPendingHandshakes: 1 }))
    const log = new EventLog(pull)
    const address = await bindFresh(pull)
    for (let count = 1; count <= 5; count += 1) {
      track(new zerowire.Push()).connect(address)
      await log.until('handshake', count)
    }
    expect(pull.stats.peers).toBe(5)
  })
})

describe('handshakeInterval', () => {
  it('ends it with one who says a byte now and then', async () => {
    const pull = track(new zerowire.Pull({ handshakeInterval: 100 }))
    const log = new EventLog(pull)
    const stranger = await RawPeer.connect(await bindFresh(pull))
    let closed = false
    void stranger.closed.then(() => (closed = true))
    stranger.write(greeting())
    // A command of 64 KiB takes longer than that, a byte a turn.
    stranger.write(Buffer.of(COMMAND | LONG, 0, 0, 0, 0, 0, 0, 0xff, 0xff))
    for (let byte = 0; !closed && byte < 0xfffe; byte += 1) {
      await stranger.writeAll(Buffer.of(5))
      await nextTurn()
    }
    await stranger.closed
    expect((await log.until('handshake:error:other')).error.code).toBe('ETIMEDOUT')
    expect(failuresOf(log).map(({ type }) => type)).toEqual(['handshake:error:other', 'disconnect'])
  })

  it.each(beginnings)('ends it with those who $title', async ({ bytes }) => {
    const pull = track(new zerowire.Pull({ handshakeInterval: 20 }))
    const log = new EventLog(pull)
    const stranger = await visit(await bindFresh(pull), bytes)
    await stranger.closed
    expect(await log.until('handshake:error:other')).toMatchObject({ error: { code: 'ETIMEDOUT' } })
    expect((await log.until('disconnect')).error?.code).toBe('ETIMEDOUT')
  })

  it.each(beginnings)('ends it with listeners that $title, and tries again', async ({ bytes }) => {
    const listener = await RawListener.listen()
    const push = track(new zerowire.Push({ handshakeInterval: 20, reconnectInterval: 1 }))
    const log = new EventLog(push)
    push.connect(listener.address)
    const first = await listener.accept()
    first.write(bytes)
    await first.closed
    expect(await log.until('handshake:error:other')).toMatchObject({ error: { code: 'ETIMEDOUT' } })
    push.handshakeInterval = 0
    // The next attempt may have begun with the short deadline, and miss it on a busy machine.
    const answer = async (): Promise<void> => {
      const next = await listener.accept()
      await next.handshake('PULL').catch(answer)
    }
    await Promise.all([answer(), log.until('handshake')])
  })

  it('is over once the handshake is done', async () => {
    // Long enough for an honest peer on a busy machine.
    const pull = track(new zerowire.Pull({ handshakeInterval: 2000 }))
    const log = new EventLog(pull)
    const address = await bindFresh(pull)
    const peer = await RawPeer.connect(address)
    await peer.handshake('PUSH')
    await log.until('handshake')
    // A stranger that comes later and is given up tells that the time has passed.
    await RawPeer.connect(address)
    await log.until('disconnect')
    expect(pull.stats.peers).toBe(1)
  })
})
