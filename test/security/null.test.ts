import { describe, expect, it } from 'vitest'
import type { Mechanism } from '../../src/security/mechanism.js'
import { NullMechanism } from '../../src/security/null.js'
import { texts } from '../support/messages.js'
import { command, property } from '../support/wire.js'

function mechanism(): NullMechanism {
  return new NullMechanism([property('Socket-Type', 'PULL'), property('Identity', '')])
}

/** The body of a frame that has a short head. */
function body(frame: Buffer): Buffer {
  return frame.subarray(2)
}

describe('NULL', () => {
  it('has no roles', () => {
    expect(mechanism()).toMatchObject({ name: 'NULL', asServer: false })
  })

  it('begins with READY and all its properties', () => {
    expect(texts([mechanism().start()])).toEqual([
      '\x05READY\x0bSocket-Type\0\0\0\x04PULL\x08Identity\0\0\0\0',
    ])
  })

  it('N-1 is done when the other READY has come, started or not, and answers nothing', () => {
    const null_: Mechanism = mechanism()
    expect(null_.metadata).toBeUndefined()
    const answer = null_.receive(body(command('READY', property('Socket-Type', 'PUSH'))))
    expect(answer).toBeUndefined()
    expect(String(null_.metadata?.get('socket-type'))).toBe('PUSH')
  })

  it('M-4 is content with a READY that says nothing', () => {
    const null_ = mechanism()
    null_.receive(body(command('READY')))
    expect(null_.metadata?.size).toBe(0)
  })
})

describe('NULL refuses', () => {
  const long = 'r'.repeat(200)

  it.each([
    {
      title: 'another command',
      sent: command('HELLO'),
      code: 'UNEXPECTED_COMMAND',
      says: /"HELLO"/,
    },
    {
      title: 'ready in lower case',
      sent: command('ready'),
      code: 'UNEXPECTED_COMMAND',
      says: /"ready"/,
    },
    {
      title: 'PING',
      sent: command('PING', Buffer.alloc(2)),
      code: 'UNEXPECTED_COMMAND',
      says: /"PING"/,
    },
    { title: 'nothing', sent: Buffer.of(4, 0), code: 'UNEXPECTED_COMMAND', says: /no command/ },
    {
      title: 'text',
      sent: Buffer.from('\0\x05hello'),
      code: 'UNEXPECTED_COMMAND',
      says: /no command/,
    },
    {
      title: 'a garbled property',
      sent: command('READY', Buffer.from('\x0bSocket')),
      code: 'INVALID_METADATA',
      says: /byte 0/,
    },
    {
      title: 'E-5 ERROR, whose reason it tells',
      sent: command('ERROR', Buffer.from('\x03400')),
      code: 'UNSPECIFIED',
      says: /refused .*"400"/,
    },
    {
      title: 'ERROR without a reason',
      sent: command('ERROR', Buffer.from('\0')),
      code: 'UNSPECIFIED',
      says: /refused .*""/,
    },
    {
      title: 'ERROR with a long reason',
      sent: command('ERROR', Buffer.from(`\xc8${long}`, 'latin1')),
      code: 'UNSPECIFIED',
      says: new RegExp(long),
    },
    {
      title: 'ERROR with line breaks in its reason, which it escapes',
      sent: command('ERROR', Buffer.from('\x03a\r\n')),
      code: 'UNSPECIFIED',
      says: /"a\\r\\n"/,
    },
    ...['', '\x02abc', '\x04abc', '\xff'].map((data) => ({
      title: `a malformed ERROR, ${JSON.stringify(data)}`,
      sent: command('ERROR', Buffer.from(data, 'latin1')),
      code: 'MALFORMED_COMMAND_ERROR',
      says: /malformed/,
    })),
  ])('$title', ({ sent, code, says }) => {
    const null_ = mechanism()
    expect(() => null_.receive(body(sent))).toThrow(
      expect.objectContaining({
        code: `ERR_ZMTP_${code}`,
        reason: expect.stringMatching(says) as string,
      }) as Error,
    )
    expect(null_.metadata).toBeUndefined()
  })
})
