import { describe, expect, it } from 'vitest'
import type { HandshakeResult, Progress } from '../../src/session/dialect.js'
import { ZmtpHandshake } from '../../src/session/zmtp-handshake.js'
import { FrameDecoder } from '../../src/wire/frame-decoder.js'
import { FrameEncoder } from '../../src/wire/frame-encoder.js'
import { everySplit, piecesOf } from '../support/chunks.js'
import { texts } from '../support/messages.js'
import { TestEnd } from '../support/test-ends.js'
import { command, frame, greeting, message, property, ready } from '../support/wire.js'

/** A handshake of a DEALER, which talks to its like only, with what it writes. */
class Side {
  readonly decoder = new FrameDecoder({ maxMessageSize: -1 }, () => {})
  readonly #encoder = new FrameEncoder()
  readonly #handshake: ZmtpHandshake
  result: HandshakeResult | undefined

  constructor(routingId = '') {
    const codec = { encoder: this.#encoder, decoder: this.decoder }
    const about = { endpoint: '', remoteAddress: '', connection: 1, accepted: false }
    this.#handshake = new ZmtpHandshake(new TestEnd({ routingId }), codec, about)
  }

  /** What it wants to say. */
  take(): Buffer {
    const bytes = Buffer.concat(this.#encoder.take())
    this.#encoder.release()
    return bytes
  }

  hear(...chunks: Uint8Array[]): this {
    for (const chunk of chunks) {
      if (this.result === undefined) this.result = done(this.#handshake.receive(chunk))
      else this.decoder.push(chunk)
    }
    return this
  }

  /** The peer, once the handshake is done. */
  get peer() {
    if (this.result === undefined) return undefined
    const { socketType, routingId, protocol } = this.result.peer
    return { socketType, routingId: texts([routingId])[0], protocol }
  }
}

/** With NULL nobody but the peer is waited for. */
function done(progress: Progress<HandshakeResult>): HandshakeResult | undefined {
  expect(progress).not.toBeInstanceOf(Promise)
  return progress as HandshakeResult | undefined
}

const mine = ready('DEALER', '')
const plainPeer = { socketType: 'DEALER', routingId: '', protocol: 'ZMTP/3.1' }

describe('what it says', () => {
  it('G-10 ten bytes, then the rest when the other ten are there, then READY', () => {
    const side = new Side()
    expect(side.take()).toEqual(greeting().subarray(0, 10))
    const other = greeting()
    for (let filled = 1; filled <= other.length; filled++) {
      side.hear(other.subarray(filled - 1, filled))
      const expected =
        filled === 10 ? greeting().subarray(10) : filled === 64 ? mine : Buffer.alloc(0)
      expect(side.take()).toEqual(expected)
    }
  })

  it('N-1 all of it as soon as the other greeting is there, and nothing after it', () => {
    const side = new Side().hear(greeting())
    expect(side.take()).toEqual(Buffer.concat([greeting(), mine]))
    side.hear(ready('DEALER'))
    expect(side.take()).toHaveLength(0)
  })

  it('its metadata, routing id included', () => {
    const side = new Side('me').hear(greeting())
    expect(side.take().subarray(64)).toEqual(ready('DEALER', 'me'))
  })
})

describe('what it hears', () => {
  it('may be cut anywhere, with messages right behind it', () => {
    const stream = Buffer.concat([greeting(), ready('DEALER', 'id'), message('a', 'b')])
    for (const chunks of everySplit(stream)) {
      const side = new Side().hear(...chunks)
      expect(side.peer).toEqual({ ...plainPeer, routingId: 'id' })
      expect(texts(side.decoder.next() ?? [])).toEqual(['a', 'b'])
    }
  })

  it('may be another of its kind, in pieces of any size', () => {
    for (let size = 1; size <= 120; size++) {
      const [near, far] = [new Side('near'), new Side('far')]
      for (let turn = 0; turn < 5; turn++) {
        const [said, answered] = [near.take(), far.take()]
        if (said.length > 0) far.hear(...piecesOf(said, size))
        if (answered.length > 0) near.hear(...piecesOf(answered, size))
      }
      expect([near.peer?.routingId, far.peer?.routingId]).toEqual(['far', 'near'])
    }
  })
})

/** READY with these bytes of metadata. */
function readyWith(...properties: Buffer[]): Buffer {
  return command('READY', Buffer.concat(properties))
}

const type = property('Socket-Type', 'DEALER')

describe('peers that are accepted', () => {
  it.each<{ title: string; bytes: Buffer; peer?: Partial<typeof plainPeer> }>([
    { title: 'with a routing id', bytes: ready('DEALER', 'id'), peer: { routingId: 'id' } },
    {
      title: 'with the longest routing id',
      bytes: ready('DEALER', 'x'.repeat(255)),
      peer: { routingId: 'x'.repeat(255) },
    },
    {
      title: 'M-1 with names in lower case',
      bytes: readyWith(property('socket-type', 'DEALER'), property('IDENTITY', 'id')),
      peer: { routingId: 'id' },
    },
    {
      title: 'M-2 in any order',
      bytes: readyWith(property('Identity', 'id'), type),
      peer: { routingId: 'id' },
    },
    { title: 'M-4 without a socket type', bytes: readyWith(), peer: { socketType: '' } },
    {
      title: 'M-5 with an Identity of 256 bytes, as if it had none',
      bytes: ready('DEALER', 'x'.repeat(256)),
    },
    {
      title: 'M-5 with an Identity that begins with 00, as if it had none',
      bytes: ready('DEALER', '\0abcd'),
    },
    { title: 'M-6 with a Resource', bytes: readyWith(type, property('Resource', 'a/b')) },
    {
      title: 'M-7 with properties of an application',
      bytes: readyWith(type, property('X-Key', 'value')),
    },
    {
      title: 'with much metadata',
      bytes: readyWith(type, property('X-Key', 'v'.repeat(65_000))),
    },
    {
      title: 'F-6 whose READY is not marked as a command',
      bytes: frame(0, readyWith(type).subarray(2)),
    },
    {
      title: 'F-2 whose READY has a long head',
      bytes: Buffer.concat([Buffer.from('0600000000000000', 'hex'), readyWith(type).subarray(1)]),
    },
  ])('$title', ({ bytes, peer }) => {
    for (const chunks of [[bytes], piecesOf(bytes, 7)]) {
      expect(new Side().hear(greeting(), ...chunks).peer).toEqual({ ...plainPeer, ...peer })
    }
  })

  it.each([
    { major: 3, minor: 0, byCommand: false },
    { major: 3, minor: 1, byCommand: true },
    { major: 3, minor: 2, byCommand: true },
    { major: 4, minor: 0, byCommand: true },
    { major: 255, minor: 255, byCommand: true },
  ])('S-1 of ZMTP $major.$minor, and how they take subscriptions', (version) => {
    const { major, minor, byCommand } = version
    const side = new Side().hear(greeting({ major, minor }), ready('DEALER'))
    expect(side.result?.subscribesByCommand).toBe(byCommand)
    expect(side.peer?.protocol).toBe(`ZMTP/${major}.${minor}`)
  })
})

describe('peers that are refused', () => {
  it.each([
    { title: 'data before READY', bytes: message('hello'), code: 'ERR_ZMTP_UNEXPECTED_COMMAND' },
    { title: 'an empty frame', bytes: Buffer.of(4, 0), code: 'ERR_ZMTP_UNEXPECTED_COMMAND' },
    { title: 'HELLO', bytes: command('HELLO'), code: 'ERR_ZMTP_UNEXPECTED_COMMAND' },
    {
      title: 'ERROR',
      bytes: command('ERROR', Buffer.from('\x03out')),
      code: 'ERR_ZMTP_UNSPECIFIED',
    },
    { title: 'ERROR cut short', bytes: command('ERROR'), code: 'ERR_ZMTP_MALFORMED_COMMAND_ERROR' },
    { title: 'a type it cannot talk to', bytes: ready('PULL'), code: 'ERR_ZMTP_UNSPECIFIED' },
    { title: 'a type that there is not', bytes: ready('FOO'), code: 'ERR_ZMTP_UNSPECIFIED' },
    { title: 'a type in lower case', bytes: ready('dealer'), code: 'ERR_ZMTP_UNSPECIFIED' },
    {
      title: 'a property cut short',
      bytes: readyWith(type.subarray(0, -1)),
      code: 'ERR_ZMTP_INVALID_METADATA',
    },
    {
      title: 'a property without a name',
      bytes: readyWith(property('', 'x')),
      code: 'ERR_ZMTP_INVALID_METADATA',
    },
    {
      title: 'bytes behind the metadata',
      bytes: readyWith(type, Buffer.of(1)),
      code: 'ERR_ZMTP_INVALID_METADATA',
    },
    {
      title: 'a READY of more than 64 KiB',
      bytes: readyWith(property('X', 'v'.repeat(65_536))),
      code: 'EMSGSIZE',
    },
  ])('$title', ({ bytes, code }) => {
    const fault = expect.objectContaining({ code }) as Error
    for (const pieces of [[bytes], piecesOf(bytes, 1000), piecesOf(bytes, 3)]) {
      const side = new Side().hear(greeting())
      expect(() => side.hear(...pieces)).toThrow(fault)
      expect(side.result).toBeUndefined()
    }
  })

  it.each(['PLAIN', 'CURVE', 'null', 'NULL\0x', ''])(
    'G-7 for their mechanism, %j, after our own greeting (G-6)',
    (mechanism) => {
      const side = new Side()
      const fault = expect.objectContaining({ code: 'ERR_ZMTP_MECHANISM_MISMATCH' }) as Error
      expect(() => side.hear(greeting({ mechanism }), ready('DEALER'))).toThrow(fault)
      expect(side.take()).toEqual(greeting())
    },
  )

  it('for an older version, to which the rest of our greeting would be traffic', () => {
    const side = new Side()
    expect(() => side.hear(greeting({ major: 1 }))).toThrow(
      expect.objectContaining({ code: 'EPROTO' }) as Error,
    )
    expect(side.take()).toEqual(greeting().subarray(0, 10))
  })
})
