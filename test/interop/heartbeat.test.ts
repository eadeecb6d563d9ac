import { describe, expect, it } from 'vitest'
import {
  itOurs,
  native,
  ours,
  type Implementation,
  type Options,
} from '../support/implementations.js'
import { EventLog } from '../support/events.js'
import { receiveTexts } from '../support/messages.js'
import { RawListener, RawPeer } from '../support/raw-peer.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { Wiretap } from '../support/wiretap.js'
import { COMMAND, command, message, ping, pong } from '../support/wire.js'

/** Often, but patient: a busy machine must not look like a dead peer. */
const beating = { heartbeatInterval: 10, heartbeatTimeout: 60_000 }
const withTimeToLive = { ...beating, heartbeatTimeToLive: 60_000 }

/** Gives up on a peer that says nothing. */
const impatient = { heartbeatInterval: 20, heartbeatTimeout: 20 }

const BEATS = 5

interface Side {
  readonly library: Implementation
  readonly options?: Options
}

describe('between ours and native', () => {
  const cases: { title: string; binder: Side; connecter: Side }[] = [
    {
      title: 'ours, connecting, beats',
      binder: { library: native },
      connecter: { library: ours, options: beating },
    },
    {
      title: 'ours, bound, beats',
      binder: { library: ours, options: beating },
      connecter: { library: native },
    },
    {
      title: 'native, connecting, beats',
      binder: { library: ours },
      connecter: { library: native, options: beating },
    },
    {
      title: 'native, bound, beats',
      binder: { library: native, options: beating },
      connecter: { library: ours },
    },
    {
      title: 'both beat with a time to live',
      binder: { library: ours, options: withTimeToLive },
      connecter: { library: native, options: withTimeToLive },
    },
  ]

  it.each(cases)('the connection stays up: $title', async ({ binder, connecter }) => {
    const bound = open(binder.library, 'Pair', binder.options)
    const connecting = open(connecter.library, 'Pair', connecter.options)
    const logs = [new EventLog(bound), new EventLog(connecting)]
    const tap = await Wiretap.before(await bindFresh(bound))
    connecting.connect(tap.address)
    if (binder.options !== undefined) {
      await tap.commands('fromBinder', 'PING', BEATS)
      await tap.commands('fromConnecter', 'PONG', BEATS)
    }
    if (connecter.options !== undefined) {
      await tap.commands('fromConnecter', 'PING', BEATS)
      await tap.commands('fromBinder', 'PONG', BEATS)
    }
    await bound.send('down')
    await connecting.send('up')
    expect(await receiveTexts(connecting)).toEqual(['down'])
    expect(await receiveTexts(bound)).toEqual(['up'])
    for (const log of logs) expect(log.types).not.toContain('disconnect')
  })
})

describe('PING and PONG bytes', () => {
  async function pullAndPeer(options?: Options) {
    const pull = open(ours, 'Pull', options)
    const events = new EventLog(pull)
    const peer = await RawPeer.connect(await bindFresh(pull))
    await peer.handshake('PUSH')
    return { pull, events, peer }
  }

  it.each([
    { title: 'no time to live', timeToLive: 0, tenths: 0 },
    { title: 'a time to live, floored to tenths of a second', timeToLive: 1250, tenths: 12 },
  ])('our PING says $title and has no context', async ({ timeToLive, tenths }) => {
    const { peer } = await pullAndPeer({ ...beating, heartbeatTimeToLive: timeToLive })
    const { flags, body } = await peer.readFrame()
    expect(flags).toBe(COMMAND)
    expect(body.toString('latin1')).toBe(`\x04PING\x00${String.fromCharCode(tenths)}`)
  })

  it.each(['', 'x', '0123456789abcdef'])(
    'PING is answered with its context %j',
    async (context) => {
      const { peer } = await pullAndPeer()
      peer.write(ping(0, context))
      const { flags, body } = await peer.readFrame()
      expect(flags).toBe(COMMAND)
      expect(body.toString('latin1')).toBe(`\x04PONG${context}`)
    },
  )

  it('at most 16 bytes of a context are echoed', async () => {
    const { peer } = await pullAndPeer()
    peer.write(ping(0, '0123456789abcdefghij'))
    expect((await peer.readFrame()).body.toString('latin1')).toBe('\x04PONG0123456789abcdef')
  })

  it('PING between the parts of a message is answered and the message stays whole', async () => {
    const { pull, peer } = await pullAndPeer()
    const whole = message('one', 'two')
    const firstFrame = whole.subarray(0, 5)
    peer.write(firstFrame, ping(0, 'mid'), whole.subarray(5))
    expect((await peer.readFrame()).body.toString('latin1')).toBe('\x04PONGmid')
    expect(await receiveTexts(pull)).toEqual(['one', 'two'])
  })

  it('PONG that nobody asked for is ignored', async () => {
    const { pull, peer } = await pullAndPeer()
    peer.write(pong('surprise'), message('hello'))
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })

  itOurs.each([
    { title: 'no data', data: Buffer.alloc(0) },
    { title: 'half a time to live', data: Buffer.alloc(1) },
  ])('PING with $title ends the connection and echoes nothing', async ({ data }) => {
    const { peer } = await pullAndPeer()
    peer.write(command('PING', data))
    await peer.closed
    await expect(peer.read(1)).rejects.toThrow('closed')
  })
})

describe('a peer that has gone silent', () => {
  it('loses the connection when it does not answer PING', async () => {
    const pull = open(ours, 'Pull', impatient)
    const events = new EventLog(pull)
    const peer = await RawPeer.connect(await bindFresh(pull))
    await peer.handshake('PUSH')
    await peer.closed
    await events.until('disconnect')
  })

  it('is connected to again', async () => {
    const listener = await RawListener.listen()
    const push = open(ours, 'Push', { ...impatient, reconnectInterval: 1 })
    push.connect(listener.address)
    const silent = await listener.accept()
    await silent.handshake('PULL')
    await silent.closed
    await push.send('hello')
    const next = await listener.accept()
    await next.handshake('PULL')
    expect((await next.readAnswer()).body.toString()).toBe('hello')
  })

  it('loses the connection when the time to live it announced is over', async () => {
    const pull = open(ours, 'Pull')
    const events = new EventLog(pull)
    const peer = await RawPeer.connect(await bindFresh(pull))
    await peer.handshake('PUSH')
    peer.write(ping(1))
    expect((await peer.readFrame()).body.toString('latin1')).toBe('\x04PONG')
    await peer.closed
    await events.until('disconnect')
  })

  it('keeps it for as long as it answers', async () => {
    const pull = open(ours, 'Pull', { heartbeatInterval: 10, heartbeatTimeout: 10_000 })
    const peer = await RawPeer.connect(await bindFresh(pull))
    await peer.handshake('PUSH')
    for (let beat = 0; beat < BEATS; beat += 1) {
      expect((await peer.readFrame()).body.toString('latin1', 0, 5)).toBe('\x04PING')
      peer.write(pong())
    }
    peer.write(message('still here'))
    expect(await receiveTexts(pull)).toEqual(['still here'])
  })
})
