import { describe, expect, it } from 'vitest'
import { receiveTexts } from '../support/messages.js'
import {
  KEY,
  upgradeRequest,
  upgradeResponse,
  zwsCommand,
  zwsMessage,
} from '../support/web-handshake.js'
import { WebPeer } from '../support/web-peer.js'
import { PING, TEXT, wsFrame } from '../support/websocket-frames.js'
import { greeting, message, ready } from '../support/wire.js'
import { titled } from './attack.js'
import { conversations, pull } from './company.js'
import { atDialler, atListener, expectFailure, failuresOf, keepTalking } from './driver.js'
import { badAnswers, badRequests, oddRequests, plainRequests } from './upgrades.js'

/** A Pull with company is bound, and nobody has come to it yet. */
const bound = () => atListener(pull, 'ws')

/** A Pull with company dials somebody who has not answered yet. */
const dialling = () => atDialler(pull, 'ws')

describe.each(conversations)('at a $name, a request that is none of ours', (conversation) => {
  it.each(titled(badRequests))('%s', async (_title, { bytes, answer, code = 'EPROTO' }) => {
    const scene = await atListener(conversation, 'ws')
    const { raw } = await WebPeer.connect(scene.address)
    const talk = keepTalking(scene)
    raw.write(bytes)
    const answered = (await raw.rest()).toString('latin1')
    expect(answered.split('\r\n')[0]).toBe(answer ?? '')
    await scene.log.until('accept:error')
    await talk.stop()
    expectFailure(scene.log, 'accept:error', code)
    expect(failuresOf(scene.log)).toHaveLength(1)
    expect(scene.log.types).not.toContain('disconnect')
  })
})

describe('a request that is none of ours gets', () => {
  it.each(titled(plainRequests))('a readable answer to %s', async (_title, { bytes }) => {
    const { address } = await bound()
    const { raw } = await WebPeer.connect(address)
    raw.write(bytes)
    const answer = (await raw.rest()).toString('latin1').toLowerCase()
    expect(answer).toContain('upgrade: websocket')
    expect(answer).toContain('zeromq')
  })

  it('cut off anywhere', async () => {
    const scene = await bound()
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
    expect(failuresOf(scene.log)).toHaveLength(count)
  })

  it('from somebody who is gone before the answer', async () => {
    const scene = await bound()
    for (const { bytes } of badRequests) {
      const { raw } = await WebPeer.connect(scene.address)
      await raw.writeAll(bytes)
      raw.reset()
    }
    await scene.log.until('accept:error', badRequests.length)
    await pull.exchange(scene, 'afterwards')
    expect(failuresOf(scene.log)).toHaveLength(badRequests.length)
  })
})

describe('a request that is strange', () => {
  it.each(titled(oddRequests))('%s, is granted', async (_title, { bytes }) => {
    const scene = await bound()
    const peer = await WebPeer.connect(scene.address)
    peer.raw.write(bytes)
    const [status, ...headers] = await peer.head()
    expect(status).toBe('HTTP/1.1 101 Switching Protocols')
    expect(headers).toContain('Connection: Upgrade')
    expect(headers.join().toLowerCase()).not.toContain('extensions')
    peer.raw.write(zwsCommand(ready('PUSH'), peer.key))
    await scene.log.until('handshake', scene.peers.length + 1)
    expect(failuresOf(scene.log)).toEqual([])
  })

  it('has everything behind it in one piece', async () => {
    const { victim, log, address } = await bound()
    const peer = await WebPeer.connect(address)
    const { key } = peer
    peer.raw.write(upgradeRequest(), zwsCommand(ready('PUSH'), key), zwsMessage('at once', key))
    expect(await receiveTexts(victim)).toEqual(['at once'])
    expect(log.types).not.toContain('disconnect')
  })

  it('comes byte by byte', async () => {
    const { victim, address } = await bound()
    const { raw, key } = await WebPeer.connect(address)
    const all = [upgradeRequest(), zwsCommand(ready('PUSH'), key), zwsMessage('slowly', key)]
    for (const byte of Buffer.concat(all)) await raw.writeAll(Buffer.of(byte))
    expect(await receiveTexts(victim)).toEqual(['slowly'])
  })

  it.each([
    { title: 'an id of 1 MiB', size: 1_048_576, code: 'EMSGSIZE' },
    { title: 'no flags', size: -1, code: 'EPROTO' },
  ])('asks for plain ZWS, and says $title', async ({ size, code }) => {
    const scene = await bound()
    const peer = await WebPeer.connect(scene.address)
    await peer.upgrade({ 'Sec-WebSocket-Protocol': 'ZWS2.0' })
    peer.raw.write(wsFrame(Buffer.alloc(size + 1), { key: peer.key }))
    await peer.raw.closed
    await scene.log.until('disconnect')
    await pull.exchange(scene, 'afterwards')
    expectFailure(scene.log, 'handshake:error:protocol', code)
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
    const scene = await bound()
    const peer = await WebPeer.connect(scene.address)
    await peer.upgrade({ 'Sec-WebSocket-Protocol': 'zmtp-stream' })
    peer.raw.write(bytes)
    await peer.raw.closed
    await scene.log.until('disconnect')
    await pull.exchange(scene, 'afterwards')
    expectFailure(scene.log, 'handshake:error:protocol', 'EPROTO')
  })

  it('asks for the stream of ZMTP that browsers get', async () => {
    const { victim, address } = await bound()
    const peer = await WebPeer.connect(address)
    await peer.upgrade({ 'Sec-WebSocket-Protocol': 'zmtp-stream' })
    const zmtp = Buffer.concat([greeting(), ready('PUSH'), message('in', 'parts')])
    for (const byte of zmtp) peer.raw.write(wsFrame(Buffer.of(byte), { key: peer.key }))
    expect(await receiveTexts(victim)).toEqual(['in', 'parts'])
  })
})

describe.each(conversations)(
  'where a $name dials, an answer that is no upgrade',
  (conversation) => {
    it.each(titled(badAnswers))('%s', async (_title, { bytes, code }) => {
      const scene = await atDialler(conversation, 'ws')
      const { raw, log } = scene
      const talk = keepTalking(scene)
      raw.write(bytes(await raw.readUntil('\r\n\r\n')))
      await raw.closed
      await log.until('disconnect')
      await talk.stop()
      expectFailure(log, 'handshake:error:protocol', code)
    })
  },
)

describe('an answer', () => {
  it('that has everything behind it in one piece', async () => {
    const scene = await dialling()
    const { raw } = scene
    const request = await raw.readUntil('\r\n\r\n')
    raw.write(upgradeResponse(request), zwsCommand(ready('PUSH')), zwsMessage('at once'))
    expect(await receiveTexts(scene.victim)).toEqual(['at once'])
  })

  it.each([0, 20])('of silence after %i bytes', async (size) => {
    const scene = await dialling()
    const { raw } = scene
    raw.write(upgradeResponse(await raw.readUntil('\r\n\r\n')).subarray(0, size))
    raw.end()
    await scene.log.until('disconnect')
    await pull.exchange(scene, 'afterwards')
    expect(failuresOf(scene.log)[0]).toMatchObject({
      error: { reason: expect.any(String) as string },
    })
  })
})
