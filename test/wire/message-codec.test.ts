import { describe, expect, it } from 'vitest'
import { FrameEncoder } from '../../src/wire/frame-encoder.js'
import { MessageDecoder, MessageEncoder } from '../../src/wire/message-codec.js'
import { DecodingBy, encodeItem } from '../support/fast-codec.js'
import { bytes, pattern } from '../support/messages.js'
import type { Item } from '../support/slow-codec.js'

/** Each message of WebSocket that the encoder makes. */
function made(encoder: MessageEncoder, work: (encoder: MessageEncoder) => void): string[] {
  work(encoder)
  return encoder.take().map((chunk) => Buffer.from(chunk).toString('latin1'))
}

function decoding(maxMessageSize = -1) {
  return new DecodingBy((onCommand) => new MessageDecoder({ maxMessageSize }, onCommand))
}

const tooLong = expect.objectContaining({ code: 'EMSGSIZE' }) as Error

describe('frames of ZWS as messages of WebSocket', () => {
  const all: Item[] = [
    { message: ['one'] },
    { message: ['', 'x'.repeat(70_000), 'three'] },
    { command: '\x05READY' },
    { message: [''] },
  ]
  const messages = ['\0one', '\x01', `\x01${'x'.repeat(70_000)}`, '\0three', '\x02\x05READY', '\0']

  it('are written one by one', () => {
    const encoder = new MessageEncoder(70_000)
    expect(made(encoder, () => all.forEach((item) => encodeItem(encoder, item)))).toEqual(messages)
    expect(encoder.bytes).toBe(0)
  })

  it('are read one by one', () => {
    expect(decoding().feed(...bytes(...messages)).items).toEqual(all)
  })

  it('are kept apart when many come before one is read', () => {
    const commands: string[] = []
    const decoder = new MessageDecoder({ maxMessageSize: -1 }, (body) => {
      commands.push(String(body))
    })
    expect(decoder.nextCommand()).toBeUndefined()
    for (const message of bytes(...messages)) decoder.push(message)
    expect(String(decoder.nextCommand())).toBe('one')
    expect(decoder.next()?.map(String)).toEqual(['', 'x'.repeat(70_000), 'three'])
    expect(decoder.next()?.map(String)).toEqual([''])
    expect(commands).toEqual(['\x05READY'])
    expect(decoder.next()).toBeUndefined()
  })

  it('ask for a sign of life by a command, as a script cannot send a PING of WebSocket', () => {
    const encoder = new MessageEncoder(10)
    expect(made(encoder, () => encoder.ping(10))).toEqual(['\x02\x04PING\0\n'])
    // Sealed, if somebody else has to encode it.
    const sealed = new FrameEncoder()
    expect(made(encoder, () => encoder.ping(10, sealed))).toEqual([])
    expect(sealed.bytes).toBe(9)
  })

  it('are none without flags', () => {
    expect(() => decoding().feed(Buffer.of())).toThrow(expect.objectContaining({ code: 'EPROTO' }))
  })

  it('are as long as they may be, on either side', () => {
    expect(decoding(10).feed(...bytes('\x000123456789')).items).toEqual([
      { message: ['0123456789'] },
    ])
    expect(() => decoding(10).feed(...bytes('\x0001234567890'))).toThrow(tooLong)
    const encoder = new MessageEncoder(10)
    expect(() => encoder.message([pattern(1), pattern(11)])).toThrow(tooLong)
    // Nothing of it has been written.
    expect(encoder.bytes).toBe(0)
    expect(() => encoder.check([pattern(6)], 5)).toThrow(tooLong)
    expect(() => encoder.check([pattern(5)], 5)).not.toThrow()
  })
})
