import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import '../src/error-codes.js'
import '../src/error-help.js'
import { fromSystemError, protocolError, ZmqError, type ErrorCode } from '../src/errors.js'

describe('an error', () => {
  it('is an Error with the code, number and words of libzmq', () => {
    const error = new ZmqError('EAGAIN')
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'ZmqError',
      code: 'EAGAIN',
      errno: 11,
      message: 'Operation was not possible or timed out',
    })
    expect(error.stack).toContain('errors.test')
  })

  it('says where help is, to who asks', () => {
    const error = new ZmqError('ERR_ZMTP_UNSPECIFIED')
    expect(error.help).toBe('docs/troubleshooting.md#err_zmtp_unspecified')
    expect(Object.keys(error)).not.toContain('help')
  })

  it.each<ErrorCode>([
    'EAGAIN',
    'EACCES',
    'EFAULT',
    'EBUSY',
    'ENOENT',
    'EBADF',
    'ENODEV',
    'EINVAL',
    'EMFILE',
    'EPIPE',
    'ENAMETOOLONG',
    'EPROTO',
    'ENOTSOCK',
    'EMSGSIZE',
    'EPROTONOSUPPORT',
    'ENOTSUP',
    'EADDRINUSE',
    'EADDRNOTAVAIL',
    'ECONNRESET',
    'ETIMEDOUT',
    'ECONNREFUSED',
    'EHOSTUNREACH',
  ])('%s has the number of the system', (code) => {
    const numbers: Record<string, number> = constants.errno
    expect(new ZmqError(code).errno).toBe(numbers[code])
  })

  it.each<[ErrorCode, number]>([
    ['EFSM', 156_384_763],
    ['ENOCOMPATPROTO', 156_384_764],
    ['ETERM', 156_384_765],
    ['ERR_ZMTP_UNSPECIFIED', 0x1000_0000],
    ['ERR_ZMTP_UNEXPECTED_COMMAND', 0x1000_0001],
    ['ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED', 0x1000_0011],
    ['ERR_ZMTP_MALFORMED_COMMAND_ERROR', 0x1000_0015],
    ['ERR_ZMTP_MALFORMED_COMMAND_READY', 0x1000_0016],
    ['ERR_ZMTP_INVALID_METADATA', 0x1000_0018],
    ['ERR_ZMTP_MECHANISM_MISMATCH', 0x1100_0002],
  ])('%s has the number of libzmq', (code, errno) => {
    expect(new ZmqError(code).errno).toBe(errno)
  })

  it('says what it knows, and nothing else', () => {
    expect(Object.keys(new ZmqError('EINVAL')).sort()).toEqual(['code', 'errno', 'name'])
    const cause = new Error('beneath')
    const error = new ZmqError('EINVAL', { address: 'tcp://x', reason: 'why', cause })
    expect(error).toMatchObject({ address: 'tcp://x', reason: 'why', cause })
    expect(new ZmqError('EINVAL', { message: 'mine' }).message).toBe('mine')
    expect('cause' in new ZmqError('EINVAL', { cause: undefined })).toBe(false)
  })
})

describe('an error of the system', () => {
  it('keeps a code that we know', () => {
    const cause = Object.assign(new Error('in use'), { code: 'EADDRINUSE' })
    expect(fromSystemError(cause, 'tcp://x')).toMatchObject({
      code: 'EADDRINUSE',
      address: 'tcp://x',
      reason: 'in use',
      cause,
    })
  })

  it.each([
    {
      title: 'a code that we do not know',
      cause: Object.assign(new Error('m'), { code: 'EWEIRD' }),
    },
    { title: 'no code', cause: new Error('m') },
    { title: 'a code that is no text', cause: Object.assign(new Error('m'), { code: 5 }) },
    { title: 'the name of a method', cause: Object.assign(new Error('m'), { code: 'toString' }) },
  ])('with $title gets another', ({ cause }) => {
    expect(fromSystemError(cause)).toMatchObject({ code: 'EINVAL', reason: 'm', cause })
    expect(fromSystemError(cause, 'tcp://x', 'ECONNREFUSED').code).toBe('ECONNREFUSED')
  })

  it.each([undefined, null, 'text', 5])('may be %j', (cause) => {
    expect(fromSystemError(cause)).toMatchObject({ code: 'EINVAL', reason: String(cause) })
  })

  it('stays as it is if it is ours', () => {
    const error = new ZmqError('EFSM')
    expect(fromSystemError(error, 'tcp://x', 'EINVAL')).toBe(error)
  })
})

it('a fault of a peer says what it was', () => {
  expect(protocolError('why')).toMatchObject({ code: 'EPROTO', reason: 'why' })
  const error = protocolError('why', 'ERR_ZMTP_INVALID_METADATA')
  expect(error).toMatchObject({ code: 'ERR_ZMTP_INVALID_METADATA', reason: 'why' })
})
