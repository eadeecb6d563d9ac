import { describe, expect, it } from 'vitest'
import type { EventMap, EventType } from 'zerowire'
import { EventLog } from '../support/events.js'
import { RawListener } from '../support/raw-peer.js'
import { bindFresh } from '../support/transports.js'
import { receiveTexts } from '../support/messages.js'
import {
  KEY,
  upgradeRequest,
  upgradeResponse,
  zwsCommand,
  zwsMessage,
} from '../support/web-handshake.js'
import { WebPeer } from '../support/web-peer.js'
import { PING, PONG, TEXT, wsFrame } from '../support/websocket-frames.js'
import { greeting, message, ready } from '../support/wire.js'
import { badAnswers, badRequests, oddRequests, plainRequests } from './bad-requests.js'
import { conversations, openCompany, type Company, type Conversation } from './healthy-peers.js'
import { attacks, type Attack } from './web-attacks.js'

/** Those whose messages go in, out, and both ways. */
const some = conversations.filter(({ name }) => ['Pull', 'XPublisher', 'Router'].includes(name))

/** A stranger at a socket that has company. */
interface Scene extends Company {
  readonly conversation: Conversation
  readonly log: EventLog
}

interface Failure {
  readonly type: EventType
  readonly error: EventMap['bind:error']['error']
}

/** The socket is bound, and its peers have come. */
async function boundScene(conversation: Conversation): Promise<Scene & { address: string }> {
  const company = openCompany(conversation)
  const log = new EventLog(company.victim)
  const address = await bindFresh(company.victim, 'ws')
  for (const peer of company.peers) peer.connect(address)
  await log.until('handshake', company.peers.length)
  return { ...company, conversation, log, address }
}

/** The socket dials its peers, and a listener of bare bytes. */
async function diallingScene(conversation: Conversation): Promise<Scene & { stranger: WebPeer }> {
  const company = openCompany(conversation, { immediate: true })
  const log = new EventLog(company.victim)
  for (const peer of company.peers) company.victim.connect(await bindFresh(peer, 'ws'))
  await log.until('handshake', company.peers.length)
  const listener = await RawListener.listen('ws')
  company.victim.connect(listener.address)
  const stranger = await WebPeer.accept(listener)
  return { ...company, conversation, log, stranger }
}

/** All that went wrong. */
function failuresOf({ log }: Scene): Failure[] {
  return log.events.flatMap((event) => {
    const { error } = event as Partial<EventMap['disconnect']>
    return error === undefined ? [] : [{ type: event.type, error }]
  })
}

/** Nothing but this went wrong, and it is said why. */
function expectFailure(scene: Scene, type: EventType, code: string): void {
  const [first, ...more] = failuresOf(scene)
  expect(first).toMatchObject({ type, error: { code } })
  expect(first?.error.reason).toMatch(/\w+ \w+/)
  for (const { error } of more) expect(error).toBe(first?.error)
}

/** The stranger still gets its answers. */
async function expectPresent(stranger: WebPeer): Promise<void> {
  stranger.raw.write(wsFrame(Buffer.from('still there?'), { opcode: PING, key: stranger.key }))
  for (;;) {
    const { opcode, payload } = await stranger.frame()
    if (opcode === PONG && String(payload) === 'still there?') return
  }
}

async function play(scene: Scene, stranger: WebPeer, attack: Attack): Promise<void> {
  const { conversation, log } = scene
  const { exchange, peerWireName } = conversation
  const { outcome } = attack
  await exchange(scene, 'before')
  if (attack.stage === 'traffic') await stranger.introduce(peerWireName)
  else await stranger.upgrade()
  attack.act(stranger)
  await exchange(scene, 'meanwhile')
  if (outcome === 'tolerated') {
    await expectPresent(stranger)
    expect(log.types).not.toContain('disconnect')
    stranger.raw.end()
  } else await stranger.raw.closed
  await log.until('disconnect')
  await exchange(scene, 'afterwards')
  if (outcome === 'tolerated') expect(failuresOf(scene)).toEqual([])
  else expectFailure(scene, outcome.event, outcome.code)
  expect(log.types.filter((type) => type === 'disconnect')).toHaveLength(1)
}

describe.each(some)('a stranger at a bound $name', (conversation) => {
  it.each(attacks)('in $stage: $title', async (attack) => {
    const scene = await boundScene(conversation)
    await play(scene, await WebPeer.connect(scene.address), attack)
  })
})

describe.each(some)('a stranger that a $name dials', (conversation) => {
  it.each(attacks)('in $stage: $title', async (attack) => {
    const scene = await diallingScene(conversation)
    await play(scene, scene.stranger, attack)
  })
})

describe('a request that is none of ours', () => {
  const [pull] = some as [Conversation]

  it.each(badRequests)('$title', async ({ bytes, answer, code = 'EPROTO' }) => {
    const scene = await boundScene(pull)
    const { raw } = await WebPeer.connect(scene.address)
    raw.write(bytes)
    await pull.exchange(scene, 'meanwhile')
    const answered = (await raw.rest()).toString('latin1')
    expect(answered.split('\r\n')[0]).toBe(answer ?? '')
    await scene.log.until('accept:error')
    await pull.exchange(scene, 'afterwards')
    expectFailure(scene, 'accept:error', code)
    expect(failuresOf(scene)).toHaveLength(1)
    expect(scene.log.types).not.toContain('disconnect')
  })

  it.each(plainRequests)('a readable answer to $title', async ({ bytes }) => {
    const { address } = await boundScene(pull)
    const { raw } = await WebPeer.connect(address)
    raw.write(bytes)
    const answer = (await raw.rest()).toString('latin1').toLowerCase()
    expect(answer).toContain('upgrade: websocket')
    expect(answer).toContain('zeromq')
  })

  it('cut off anywhere', async () => {
    const scene = await boundScene(pull)
    const request = upgradeRequest()
    for (let size = 0; size < request.length; size += 7) {
      const { raw } = await WebPeer.connect(scene.address)
      raw.write(request.subarray(0, size))
      raw.end()
      await raw.closed
    }
    const count = Math.ceil(request.length / 7)
    const { error } = await scene.log.until('accept:error', count)
    expect(error.reason).toMatch(/\w+ \w+/)
    await pull.exchange(scene, 'afterwards')
    expect(failuresOf(scene)).toHaveLength(count)
  })

  it('from somebody who is gone before the answer', async () => {
    const scene = await boundScene(pull)
    for (const { bytes } of badRequests) {
      const { raw } = await WebPeer.connect(scene.address)
      await raw.writeAll(bytes)
      raw.reset()
    }
    await scene.log.until('accept:error', badRequests.length)
    await pull.exchange(scene, 'afterwards')
    expect(failuresOf(scene)).toHaveLength(badRequests.length)
  })
})

describe('a request that is strange', () => {
  const [pull] = some as [Conversation]

  it.each(oddRequests)('$title, is granted', async ({ bytes }) => {
    const scene = await boundScene(pull)
    const peer = await WebPeer.connect(scene.address)
    peer.raw.write(bytes)
    const [status, ...headers] = await peer.head()
    expect(status).toBe('HTTP/1.1 101 Switching Protocols')
    expect(headers).toContain('Connection: Upgrade')
    expect(headers.join().toLowerCase()).not.toContain('extensions')
    peer.raw.write(zwsCommand(ready('PUSH'), peer.key))
    await scene.log.until('handshake', scene.peers.length + 1)
    expect(failuresOf(scene)).toEqual([])
  })

  it('has everything behind it in one piece', async () => {
    const { victim, log, address } = await boundScene(pull)
    const peer = await WebPeer.connect(address)
    const { key } = peer
    peer.raw.write(upgradeRequest(), zwsCommand(ready('PUSH'), key), zwsMessage('at once', key))
    expect(await receiveTexts(victim)).toEqual(['at once'])
    expect(log.types).not.toContain('disconnect')
  })

  it('comes byte by byte', async () => {
    const { victim, address } = await boundScene(pull)
    const { raw, key } = await WebPeer.connect(address)
    const all = [upgradeRequest(), zwsCommand(ready('PUSH'), key), zwsMessage('slowly', key)]
    for (const byte of Buffer.concat(all)) await raw.writeAll(Buffer.of(byte))
    expect(await receiveTexts(victim)).toEqual(['slowly'])
  })

  it.each([
    { title: 'an id of 1 MiB', size: 1_048_576, code: 'EMSGSIZE' },
    { title: 'no flags', size: -1, code: 'EPROTO' },
  ])('asks for plain ZWS, and says $title', async ({ size, code }) => {
    const scene = await boundScene(pull)
    const peer = await WebPeer.connect(scene.address)
    await peer.upgrade({ 'Sec-WebSocket-Protocol': 'ZWS2.0' })
    peer.raw.write(wsFrame(Buffer.alloc(size + 1), { key: peer.key }))
    await peer.raw.closed
    await scene.log.until('disconnect')
    await pull.exchange(scene, 'afterwards')
    expectFailure(scene, 'handshake:error:protocol', code)
  })

  it.each([
    { title: 'no mask', bytes: wsFrame(greeting()) },
    { title: 'text', bytes: wsFrame(greeting(), { opcode: TEXT, key: KEY }) },
    { title: 'reserved bits', bytes: Buffer.concat([Buffer.of(0xc2, 0x81), KEY, Buffer.of(0)]) },
    { title: 'a long PING', bytes: wsFrame(Buffer.alloc(126), { opcode: PING, key: KEY }) },
    { title: 'what is no ZMTP', bytes: wsFrame(upgradeRequest(), { key: KEY }) },
    {
      title: 'a PING in fragments between others',
      bytes: Buffer.concat([
        wsFrame(greeting().subarray(0, 10), { final: false, key: KEY }),
        wsFrame(Buffer.of(1), { opcode: PING, final: false, key: KEY }),
      ]),
    },
  ])('asks for a stream of ZMTP, and sends $title', async ({ bytes }) => {
    const scene = await boundScene(pull)
    const peer = await WebPeer.connect(scene.address)
    await peer.upgrade({ 'Sec-WebSocket-Protocol': 'zmtp-stream' })
    peer.raw.write(bytes)
    await peer.raw.closed
    await scene.log.until('disconnect')
    await pull.exchange(scene, 'afterwards')
    expectFailure(scene, 'handshake:error:protocol', 'EPROTO')
  })

  it('asks for the stream of ZMTP that browsers get', async () => {
    const { victim, address } = await boundScene(pull)
    const peer = await WebPeer.connect(address)
    await peer.upgrade({ 'Sec-WebSocket-Protocol': 'zmtp-stream' })
    const zmtp = Buffer.concat([greeting(), ready('PUSH'), message('in', 'parts')])
    for (const byte of zmtp) peer.raw.write(wsFrame(Buffer.of(byte), { key: peer.key }))
    expect(await receiveTexts(victim)).toEqual(['in', 'parts'])
  })
})

describe('an answer that is no upgrade', () => {
  const [pull] = some as [Conversation]

  it.each(badAnswers)('$title', async ({ bytes, code }) => {
    const scene = await diallingScene(pull)
    const { raw } = scene.stranger
    raw.write(bytes(await raw.readUntil('\r\n\r\n')))
    await pull.exchange(scene, 'meanwhile')
    await raw.closed
    await scene.log.until('disconnect')
    await pull.exchange(scene, 'afterwards')
    expectFailure({ ...scene }, 'handshake:error:protocol', code)
  })

  it('and one that has everything behind it in one piece', async () => {
    const scene = await diallingScene(pull)
    const { raw } = scene.stranger
    const request = await raw.readUntil('\r\n\r\n')
    raw.write(upgradeResponse(request), zwsCommand(ready('PUSH')), zwsMessage('at once'))
    expect(await receiveTexts(scene.victim)).toEqual(['at once'])
  })

  it.each([0, 20])('and silence after %i bytes', async (size) => {
    const scene = await diallingScene(pull)
    const { raw } = scene.stranger
    raw.write(upgradeResponse(await raw.readUntil('\r\n\r\n')).subarray(0, size))
    raw.end()
    await scene.log.until('disconnect')
    await pull.exchange(scene, 'afterwards')
    expect(failuresOf(scene)[0]).toMatchObject({ error: { reason: expect.any(String) as string } })
  })
})
