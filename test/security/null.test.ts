import { describe, expect, it } from 'vitest'
import { texts } from '../support/messages.js'
import { MechanismEnd } from '../support/mechanism-end.js'
import { command, property } from '../support/wire.js'

const properties = [property('Socket-Type', 'PULL'), property('Identity', '')]

/** The body of a frame that has a short head. */
function body(frame: Buffer): Buffer {
  return frame.subarray(2)
}

describe('NULL', () => {
  it('begins with READY and all its properties', () => {
    const end = new MechanismEnd({ properties })
    expect(end.mechanism.start()).toBeUndefined()
    expect(texts(end.said)).toEqual(['\x05READY\x0bSocket-Type\0\0\0\x04PULL\x08Identity\0\0\0\0'])
  })

  it('N-1 is done when the other READY has come, started or not, and answers nothing', () => {
    const { mechanism, said } = new MechanismEnd()
    expect(mechanism.outcome).toBeUndefined()
    const wait = mechanism.receive(body(command('READY', property('Socket-Type', 'PUSH'))))
    expect(wait).toBeUndefined()
    expect(said).toEqual([])
    expect(String(mechanism.outcome?.metadata.get('socket-type'))).toBe('PUSH')
  })

  it('M-4 is content with a READY that says nothing', () => {
    const { mechanism } = new MechanismEnd()
    void mechanism.receive(body(command('READY')))
    expect(mechanism.outcome?.metadata.size).toBe(0)
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
      title: 'ERROR, whose reason it tells',
      sent: command('ERROR', Buffer.from('\x03out')),
      code: 'UNSPECIFIED',
      says: /refused .*"out"/,
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
    const { mechanism } = new MechanismEnd()
    expect(() => mechanism.receive(body(sent))).toThrow(
      expect.objectContaining({
        code: `ERR_ZMTP_${code}`,
        reason: expect.stringMatching(says) as string,
      }) as Error,
    )
    expect(mechanism.outcome).toBeUndefined()
  })

  it.each([
    { status: 300, message: 'Temporary error' },
    { status: 400, message: 'Authentication failure' },
    { status: 500, message: 'Internal error' },
  ])('E-4 ERROR $status, as credentials that were refused', ({ status, message }) => {
    const { mechanism } = new MechanismEnd()
    const sent = body(command('ERROR', Buffer.from(`\x03${String(status)}`)))
    const refused: unknown = expect.objectContaining({ code: 'EACCES', status, message })
    expect(() => mechanism.receive(sent)).toThrow(refused)
  })
})
