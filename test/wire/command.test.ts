import { describe, expect, it } from 'vitest'
import { decodeCommand, encodeCommand } from '../../src/wire/command.js'
import { decodePing, encodePing } from '../../src/wire/ping.js'
import {
  decodeSubscription,
  encodeSubscriptionCommand,
  encodeSubscriptionMessage,
} from '../../src/wire/subscription.js'
import { texts } from '../support/messages.js'

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

describe('C-1 the body of a command', () => {
  it.each([
    { body: '\x04PING\0\0', name: 'PING', data: '\0\0' },
    { body: '\x05READY', name: 'READY', data: '' },
    { body: '\x01x', name: 'x', data: '' },
    { body: '\xff' + 'n'.repeat(255) + 'd', name: 'n'.repeat(255), data: 'd' },
    { body: '\x02\xff\x00data', name: '\xff\x00', data: 'data' },
  ])('$name', ({ body, name, data }) => {
    const command = decodeCommand(latin1(body))
    expect(command?.name).toBe(name)
    expect(texts([command?.data ?? latin1('none')])).toEqual([data])
  })

  it.each(['', '\0', '\0PING', '\x05PING', '\xff', '\x01'])('%j is none', (body) => {
    expect(decodeCommand(latin1(body))).toBeUndefined()
  })

  it('is read as it was made', () => {
    const command = decodeCommand(encodeCommand('HELLO', latin1('data')))
    expect({ ...command, data: String(command?.data) }).toEqual({ name: 'HELLO', data: 'data' })
    expect(decodeCommand(encodeCommand('HELLO'))?.data).toHaveLength(0)
  })
})

describe('PING', () => {
  it.each([0, 1, 255, 256, 655, 6553, 65_535])('with a time to live of %i', (ttl) => {
    const data = decodeCommand(encodePing(ttl))?.data ?? Buffer.alloc(0)
    expect(data).toHaveLength(2)
    expect(decodePing(data)?.ttl).toBe(ttl)
  })

  it.each([
    { title: 'no context', length: 0, echoed: 0 },
    { title: 'a context', length: 3, echoed: 3 },
    { title: 'the longest context', length: 16, echoed: 16 },
    { title: 'H-1 a longer one, which is cut', length: 17, echoed: 16 },
    { title: 'a huge one', length: 60_000, echoed: 16 },
  ])('with $title', ({ length, echoed }) => {
    const context = 'c'.repeat(length)
    const ping = decodePing(latin1(`\x00\x0a${context}`))
    expect(ping?.ttl).toBe(10)
    expect(texts([ping?.context ?? latin1('none')])).toEqual(['c'.repeat(echoed)])
  })

  it.each(['', '\0'])('H-8 without a whole time to live is none: %j', (data) => {
    expect(decodePing(latin1(data))).toBeUndefined()
  })
})

describe('subscriptions', () => {
  it.each([
    { on: true, topic: 'A', command: '\tSUBSCRIBEA', message: '\x01A' },
    { on: false, topic: 'A', command: '\x06CANCELA', message: '\0A' },
    { on: true, topic: '', command: '\tSUBSCRIBE', message: '\x01' },
    { on: false, topic: '\0\xff', command: '\x06CANCEL\0\xff', message: '\0\0\xff' },
  ])('$on for $topic', ({ on, topic, command, message }) => {
    const subscription = { on, topic: latin1(topic) }
    expect(texts([encodeSubscriptionCommand(subscription)])).toEqual([command])
    expect(texts(encodeSubscriptionMessage(subscription))).toEqual([message])
  })

  it.each([
    { groups: false, on: true, name: 'SUBSCRIBE' },
    { groups: false, on: false, name: 'CANCEL' },
    { groups: true, on: true, name: 'JOIN' },
    { groups: true, on: false, name: 'LEAVE' },
  ])('$name is about groups: $groups', ({ groups, on, name }) => {
    const subscription = { on, topic: latin1('A') }
    const command = { name, data: latin1('A') }
    expect(encodeSubscriptionCommand(subscription, groups)).toEqual(
      encodeCommand(name, latin1('A')),
    )
    expect(decodeSubscription(command, groups)).toEqual(subscription)
    expect(decodeSubscription(command, !groups)).toBeUndefined()
  })
})
