import { describe, expect, it } from 'vitest'
import { zerowire } from '../support/implementations.js'
import { track } from '../support/scope.js'
import { RawPeer } from '../support/raw-peer.js'
import { bindFresh } from '../support/transports.js'
import { WebPeer } from '../support/web-peer.js'
import { CLOSE, PING, PONG, wsFrame } from '../support/websocket-frames.js'
import { greeting, GREETING_SIZE, ping, pong } from '../support/wire.js'

/*
 * Whatever is said to a peer has been written by somebody: memory that once held something else never
 * leaves the process.
 */

async function webPeer(): Promise<WebPeer> {
  const pull = track(new zerowire.Pull())
  const peer = await WebPeer.connect(await bindFresh(pull, 'ws'))
  await peer.introduce('PUSH')
  return peer
}

describe('no memory but its own is in', () => {
  it.each([0, 1, 2, 16, 125])(
    'a PONG of %i bytes (GHSA-2mhh-w6q8-5hxw, CVE-2016-10518)',
    async (size) => {
      const peer = await webPeer()
      const payload = Buffer.alloc(size, 0x31)
      peer.raw.write(wsFrame(payload, { opcode: PING, key: peer.key }))
      expect(await peer.frame()).toMatchObject({ opcode: PONG, final: true, payload })
    },
  )

  it.each(['', '\x03\xe8', '\x03\xe8farewell', `\x03\xe8${'r'.repeat(123)}`])(
    'the answer to a CLOSE with %j (CVE-2026-45736)',
    async (text) => {
      const peer = await webPeer()
      const body = Buffer.from(text, 'latin1')
      peer.raw.write(wsFrame(body, { opcode: CLOSE, key: peer.key }))
      const { opcode, payload } = await peer.frame()
      expect(opcode).toBe(CLOSE)
      expect(['', '\x03\xe8']).toContain(payload.toString('latin1'))
      expect(await peer.raw.rest()).toHaveLength(0)
    },
  )

  it.each([0, 1, 16, 17, 1000])('a PONG of ZMTP with %i bytes', async (size) => {
    const pull = track(new zerowire.Pull())
    const peer = await RawPeer.connect(await bindFresh(pull))
    await peer.handshake('PUSH')
    const context = 'c'.repeat(size)
    peer.write(ping(0, context))
    // No more of it than RFC 37 has.
    const expected = pong(context.slice(0, 16))
    expect(await peer.read(expected.length)).toEqual(expected)
  })

  it('a greeting (libzmq 38349198)', async () => {
    const pull = track(new zerowire.Pull())
    const peer = await RawPeer.connect(await bindFresh(pull))
    peer.write(greeting())
    expect(await peer.read(GREETING_SIZE)).toEqual(greeting())
  })
})
