import { describe, expect, it } from 'vitest'
import { zapRequest, zapVerdict } from '../../src/security/zap.js'
import { property } from '../support/wire.js'

const bytes = (...parts: string[]): Buffer[] => parts.map((part) => Buffer.from(part, 'latin1'))

/** A reply, with some of its seven parts replaced. */
function reply(changes: Record<number, string | Uint8Array> = {}): Buffer[] {
  const parts = bytes('', '1.0', '1', '200', 'OK', 'me', '')
  for (const [at, part] of Object.entries(changes)) parts[Number(at)] = Buffer.from(part as string)
  return parts
}

describe('a request of ZAP', () => {
  it('A-1 is as the RFC has it, about the one who wants to come in', () => {
    const password = Buffer.from('pw')
    const stranger = {
      mechanism: 'PLAIN',
      credentials: [Buffer.from('u'), password],
      metadata: new Map([['identity', Buffer.from('them')]]),
    } as const
    const request = zapRequest(stranger, 'global', '192.0.2.7')
    // The handler may look at it for longer than we do.
    password.fill(0)
    expect(request.map(String)).toEqual([
      ...['', '1.0', '1', 'global', '192.0.2.7', 'them', 'PLAIN', 'u', 'pw'],
    ])
  })

  it('has no credentials under NULL, and an empty part where there is nothing to say', () => {
    const stranger = { mechanism: 'NULL', credentials: [], metadata: new Map() } as const
    expect(zapRequest(stranger, '', '').map(String)).toEqual(['', '1.0', '1', '', '', '', 'NULL'])
  })
})

describe('a request of ZAP for somebody with a long routing id', () => {
  it.each([
    { length: 255, handed: 255 },
    { length: 256, handed: 0 },
  ])('of $length bytes has $handed of them', ({ length, handed }) => {
    const metadata = new Map([['identity', Buffer.alloc(length, 'i')]])
    const request = zapRequest({ mechanism: 'NULL', credentials: [], metadata }, 'global', '')
    expect(request[5]).toHaveLength(handed)
  })
})

describe('a reply of ZAP', () => {
  it.each([200, 300, 400, 500] as const)('A-6 may be %i', (status) => {
    const metadata = Buffer.concat([property('Shoe-Size', '43'), property('X-a', 'né')])
    const verdict = zapVerdict(reply({ 3: String(status), 4: 'né', 6: metadata }))
    // Of those who may not come in nothing is known.
    expect(verdict).toMatchObject({ status, text: 'né', userId: status === 200 ? 'me' : '' })
    expect([...verdict.metadata.keys()]).toEqual(['shoe-size', 'x-a'])
  })

  it.each([
    ...[0, 1, 6, 8, 20].map((length) => ({
      title: `${String(length)} parts`,
      parts: Array.from({ length }, () => Buffer.alloc(0)),
      code: 'MALFORMED_REPLY',
    })),
    { title: 'a delimiter with something in it', parts: reply({ 0: 'x' }), code: 'UNSPECIFIED' },
    ...['', '1', '2.0', '1.00', '1.0\0'].map((version) => ({
      title: `version ${JSON.stringify(version)}`,
      parts: reply({ 1: version }),
      code: 'BAD_VERSION',
    })),
    ...['', '2', '11', '1\0', '\x01'].map((id) => ({
      title: `request id ${JSON.stringify(id)}`,
      parts: reply({ 2: id }),
      code: 'BAD_REQUEST_ID',
    })),
    ...['', '0', '20', '2000', '201', '600', '100', 'abc', '200 '].map((status) => ({
      title: `status ${JSON.stringify(status)}`,
      parts: reply({ 3: status }),
      code: 'INVALID_STATUS_CODE',
    })),
    ...['x', '\x03abc', '\x01a\0\0\0\x02b', '\0\0\0\0\0'].map((metadata) => ({
      title: `metadata ${JSON.stringify(metadata)}`,
      parts: reply({ 6: metadata }),
      code: 'INVALID_METADATA',
    })),
  ])('A-5 is none with $title', ({ parts, code }) => {
    const fault: unknown = expect.objectContaining({
      code: `ERR_ZAP_${code}`,
      message: 'ZAP protocol error',
      reason: expect.stringContaining('ZAP handler') as string,
    })
    expect(() => zapVerdict(parts)).toThrow(fault)
  })

  it('tells no more than the beginning of what is wrong', () => {
    const parts = reply({ 1: 'x'.repeat(10_000) })
    expect(() => zapVerdict(parts)).toThrow(
      expect.objectContaining({ reason: expect.stringMatching(/^.{10,200}$/) as string }) as Error,
    )
  })
})
