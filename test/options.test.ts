import { describe, expect, it } from 'vitest'
import '../src/node/system-options.js'
import { checkOption, initialOptions, isLate, type OptionName } from '../src/options.js'
import { decodeZ85 } from '../src/util/z85.js'

const INT_MAX = 0x7fff_ffff

/** Numbers: initial value, least, and most. */
const integers: [name: OptionName, initial: number, least: number, most: number][] = [
  ['rate', 100, 1, INT_MAX],
  ['recoveryInterval', 10_000, 0, INT_MAX],
  ['linger', -1, -1, INT_MAX],
  ['reconnectInterval', 100, -1, INT_MAX],
  ['backlog', 100, 0, INT_MAX],
  ['useFileDescriptor', -1, -1, INT_MAX],
  ['reconnectMaxInterval', 0, 0, INT_MAX],
  ['tcpKeepalive', -1, -1, 1],
  ['tcpKeepaliveCount', -1, -1, INT_MAX],
  ['tcpKeepaliveIdle', -1, -1, INT_MAX],
  ['tcpKeepaliveInterval', -1, -1, INT_MAX],
  ['typeOfService', 0, 0, INT_MAX],
  ['handshakeInterval', 30_000, 0, INT_MAX],
  ['heartbeatInterval', 0, 0, INT_MAX],
  ['heartbeatTimeout', -1, 0, INT_MAX],
  ['connectTimeout', 0, 0, INT_MAX],
  ['tcpMaxRetransmitTimeout', 0, 0, INT_MAX],
  ['multicastMaxTransportDataUnit', 1500, 1, INT_MAX],
  ['maxPendingOperations', 1, 1, INT_MAX],
  ['maxPendingHandshakes', 4096, 1, INT_MAX],
  ['minimumZmtpVersion', 3, 1, 3],
  ['inBatchSize', 8192, 1, INT_MAX],
  ['outBatchSize', 8192, 1, INT_MAX],
  ['priority', 0, 0, INT_MAX],
  ['busyPoll', 0, -INT_MAX - 1, INT_MAX],
  ['multicastHops', 1, 1, INT_MAX],
  ['sendBufferSize', -1, -1, INT_MAX],
  ['sendHighWaterMark', 1000, 0, INT_MAX],
  ['sendTimeout', -1, -1, INT_MAX],
  ['receiveBufferSize', -1, -1, INT_MAX],
  ['receiveHighWaterMark', 1000, 0, INT_MAX],
  ['receiveTimeout', -1, -1, INT_MAX],
  ['maxGroups', 65_536, 1, INT_MAX],
  ['reconnectStop', 0, 0, 7],
  ['routerNotify', 0, 0, 3],
]

const booleans: OptionName[] = [
  'immediate',
  'ipv6',
  'loopbackFastPath',
  'mandatory',
  'probeRouter',
  'handover',
  'correlate',
  'relaxed',
  'conflate',
  'noDrop',
  'manual',
  'invertMatching',
  'messagePeers',
  'manualLastValue',
  'onlyFirstSubscribe',
  'verboseUnsubscribe',
  'plainServer',
  'curveServer',
  'zapEnforceDomain',
]

/** Text and bytes: the least and the most bytes. */
const strings: [name: OptionName, least: number, most: number][] = [
  ['interface', 1, 16],
  ['socksUsername', 0, 255],
  ['socksPassword', 0, 255],
  ['plainUsername', 1, 255],
  ['plainPassword', 1, 255],
  ['zapDomain', 1, 255],
]
const keys: OptionName[] = ['curvePublicKey', 'curveSecretKey', 'curveServerKey']
const bytes: [name: OptionName, least: number, most: number][] = [
  ['routingId', 1, 255],
  ['welcomeMessage', 0, 100_000],
  ['helloMessage', 0, 100_000],
  ['disconnectMessage', 0, 100_000],
  ['hiccupMessage', 0, 100_000],
]

const initial = initialOptions({})

function failure(code: string, name: OptionName): Error {
  return expect.objectContaining({
    name: 'ZmqError',
    code,
    reason: expect.stringContaining(`option ${name} `) as string,
  }) as Error
}

/** All that an error says. */
function failed(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return JSON.stringify([String(error), error])
  }
  return ''
}

function typeError(kind: string): TypeError {
  return new TypeError(`Option value must be a ${kind}`)
}

describe.each(integers)('%s', (name, expected, least, most) => {
  it('has its initial value, least and most', () => {
    expect(initial[name]).toBe(expected)
    for (const value of [least, most]) expect(checkOption(name, value)).toBe(value)
    expect(checkOption(name, most - 0.5)).toBe(Math.trunc(most - 0.5))
  })

  it('is no number below or above', () => {
    const outside = [least - 1, most + 1, Infinity, -Infinity, NaN]
    for (const value of outside)
      expect(() => checkOption(name, value)).toThrow(failure('EINVAL', name))
  })

  it('is nothing but a number', () => {
    for (const value of ['1', true, null, undefined, 1n, {}, [1], Symbol('1')]) {
      expect(() => checkOption(name, value)).toThrow(typeError('number'))
    }
  })
})

describe.each(booleans)('%s', (name) => {
  it('is false at first, then true or false, and nothing else', () => {
    expect(initial[name]).toBe(false)
    for (const value of [true, false]) expect(checkOption(name, value)).toBe(value)
    for (const value of [0, 1, 'true', null, undefined, {}]) {
      expect(() => checkOption(name, value)).toThrow(typeError('boolean'))
    }
  })
})

describe.each(strings)('%s', (name, least, most) => {
  it('is null at first, then text, given as text or bytes', () => {
    expect(initial[name]).toBeNull()
    expect(checkOption(name, 'né')).toBe('né')
    expect(checkOption(name, Buffer.from('né'))).toBe('né')
    expect(checkOption(name, null)).toBeNull()
  })

  it('is counted in bytes', () => {
    for (const length of [least, most])
      expect(checkOption(name, 'x'.repeat(length)) ?? '').toHaveLength(length)
    const tooLong = 'é'.repeat(Math.ceil(most / 2) + 1)
    expect(() => checkOption(name, tooLong)).toThrow(failure('EINVAL', name))
  })
})

describe.each(bytes)('%s', (name, least, most) => {
  it('is null at first, then bytes, given as text or bytes', () => {
    expect(initial[name]).toBeNull()
    expect(checkOption(name, 'né')).toEqual(Buffer.from('né'))
    expect(checkOption(name, Uint8Array.of(0, 255))).toEqual(Buffer.of(0, 255))
    expect(checkOption(name, new DataView(Uint8Array.of(1, 2).buffer, 1))).toEqual(Buffer.of(2))
    expect(checkOption(name, null)).toBeNull()
  })

  it('has so many of them', () => {
    for (const length of [least || 1, most])
      expect(checkOption(name, Buffer.alloc(length))).toHaveLength(length)
    if (least === 0) {
      expect(checkOption(name, '')).toBeNull()
      return
    }
    for (const length of [least - 1, most + 1]) {
      expect(() => checkOption(name, Buffer.alloc(length))).toThrow(failure('EINVAL', name))
    }
  })

  it('does not change with the memory it was given in', () => {
    const memory = Buffer.from('abc')
    const kept = checkOption(name, memory)
    memory.fill('x')
    expect(toText(kept)).toBe('abc')
  })
})

it.each([...strings, ...bytes])('%s is nothing but text or bytes', (name) => {
  for (const value of [1, true, undefined, {}, ['a'], new ArrayBuffer(1)]) {
    expect(() => checkOption(name, value)).toThrow(typeError('string or buffer'))
  }
})

/** What is kept of text or of bytes. */
function toText(kept: unknown): string {
  return kept instanceof Uint8Array ? Buffer.from(kept).toString() : String(kept)
}

describe.each(keys)('%s', (name) => {
  const z85 = 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'
  const raw = Buffer.from(decodeZ85(z85) ?? [])

  it('is null at first, then 32 bytes, or Z85 as libzmq takes it, kept as Z85', () => {
    expect(initial[name]).toBeNull()
    expect(raw).toHaveLength(32)
    for (const value of [raw, new Uint8Array(raw), z85, Buffer.from(z85), `${z85}\0`]) {
      expect(checkOption(name, value)).toBe(z85)
    }
  })

  it.each([
    ...[null, '', z85.slice(1), `${z85}1`, `${z85}\0\0`, `~${z85.slice(1)}`],
    ...[raw.subarray(1), Buffer.alloc(33)],
    // More than 32 bits in a group of five.
    `${z85.slice(5)}#####`,
  ])('is not %j, which is no secret any more if an error tells it', (value) => {
    expect(() => checkOption(name, value)).toThrow(failure('EINVAL', name))
    const error = failed(() => checkOption(name, value))
    if (name === 'curveSecretKey' && value?.length) expect(error).not.toContain(String(value))
  })

  it('is nothing but text or bytes', () => {
    for (const value of [1, true, undefined, {}, ['a']]) {
      expect(() => checkOption(name, value)).toThrow(typeError('string or buffer'))
    }
  })
})

it.each(['plainPassword', 'socksPassword'] as const)('no error tells a %s', (name) => {
  expect(failed(() => checkOption(name, 'sesame'.repeat(50)))).not.toContain('sesame')
})

describe('authenticate', () => {
  it('is null at first, then a function', () => {
    expect(initial.authenticate).toBeNull()
    const judge = (): boolean => true
    expect(checkOption('authenticate', judge)).toBe(judge)
    for (const value of [null, undefined]) expect(checkOption('authenticate', value)).toBeNull()
    for (const value of [1, 'true', true, {}]) {
      expect(() => checkOption('authenticate', value)).toThrow(
        new TypeError('Option value must be a function or null'),
      )
    }
  })
})

describe('heartbeatTimeToLive', () => {
  it.each([
    [-99, 0],
    [0, 0],
    [99, 0],
    [100, 100],
    [1250, 1200],
    [6_553_599, 6_553_500],
  ])('H-6 of %i is kept as %i', (value, kept) => {
    expect(checkOption('heartbeatTimeToLive', value)).toBe(kept)
  })

  it.each([-100, 6_553_600])('is not %i', (value) => {
    expect(() => checkOption('heartbeatTimeToLive', value)).toThrow(
      failure('EINVAL', 'heartbeatTimeToLive'),
    )
  })
})

describe.each([
  { name: 'affinity', expected: 0, least: 0, most: 2 ** 64 },
  { name: 'maxMessageSize', expected: -1, least: -(2 ** 63), most: 2 ** 63 },
] as const)('$name', ({ name, expected, least, most }) => {
  it('has 64 bits, as far as numbers go', () => {
    expect(initial[name]).toBe(expected)
    for (const value of [least, 3, 2 ** 53, most]) expect(checkOption(name, value)).toBe(value)
    for (const value of [least * 2 - 1, most * 2, NaN, Infinity]) {
      expect(() => checkOption(name, value)).toThrow(failure('EINVAL', name))
    }
    expect(() => checkOption(name, 1n)).toThrow(typeError('number'))
  })
})

describe('verbosity', () => {
  it('is null at first, then one of two words; what means nothing is null', () => {
    expect(initial.verbosity).toBeNull()
    for (const value of ['allSubs', 'allSubsUnsubs'])
      expect(checkOption('verbosity', value)).toBe(value)
    for (const value of ['none', '', null, undefined, 1, true]) {
      expect(checkOption('verbosity', value)).toBeNull()
    }
  })
})

describe('tcpAcceptFilter', () => {
  it('is null at first, then one more range with each, given as text or bytes', () => {
    expect(initial.tcpAcceptFilter).toBeNull()
    const first = checkOption('tcpAcceptFilter', '192.0.2.0/24')
    expect(checkOption('tcpAcceptFilter', Buffer.from('::1'), first)).toBe('192.0.2.0/24 ::1')
    expect(checkOption('tcpAcceptFilter', null, first)).toBeNull()
  })

  it('is nothing else', () => {
    for (const value of ['', 'localhost', '192.0.2.0/33'])
      expect(() => checkOption('tcpAcceptFilter', value)).toThrow(
        failure('EINVAL', 'tcpAcceptFilter'),
      )
    expect(() => checkOption('tcpAcceptFilter', 1)).toThrow(typeError('string or buffer'))
  })
})

it('these are all there are', () => {
  const tables = [integers, booleans.map((name) => [name] as const), strings, bytes].flat()
  const named = tables.map(([name]) => name)
  const rest: OptionName[] = [
    'heartbeatTimeToLive',
    'affinity',
    'maxMessageSize',
    'multicastLoop',
    'verbosity',
    'tls',
    'allowedOrigins',
    'metadata',
    'notify',
    'socksProxy',
    'tcpAcceptFilter',
    'authenticate',
    // What others of them amount to.
    ...(['mechanism', 'asServer', 'remembersPeers'] as const),
  ]
  expect([...named, ...keys, ...rest].sort()).toEqual(Object.keys(initial).sort())
})

describe('tls', () => {
  it('is null or a record, which is copied', () => {
    const given = { key: 'key', cert: 'cert' }
    const kept = checkOption('tls', given)
    given.key = 'another'
    expect(kept).toEqual({ key: 'key', cert: 'cert' })
    expect([checkOption('tls', null), checkOption('tls', undefined)]).toEqual([null, null])
  })

  it.each([['text'], [1], [true], [[]]])('is not %j', (value) => {
    expect(() => checkOption('tls', value)).toThrow(TypeError)
  })
})

describe('allowedOrigins', () => {
  it('is null or a list of texts, which is copied', () => {
    const given = ['https://example.com']
    const kept = checkOption('allowedOrigins', given)
    given.push('https://evil.example')
    expect(kept).toEqual(['https://example.com'])
    expect(checkOption('allowedOrigins', null)).toBeNull()
  })

  it.each([['https://example.com'], [{}], [[1]], [true]])('is not %j', (value) => {
    expect(() => checkOption('allowedOrigins', value)).toThrow(TypeError)
  })
})

it('numbers are truncated towards zero, and never negative zero', () => {
  for (const [value, kept] of [
    [1.9, 1],
    [-0.9, 0],
    [-0, 0],
    [-1.9, -1],
  ] as const) {
    expect(checkOption('linger', value)).toBe(kept)
  }
})

it('a new socket has its own, with its own changes', () => {
  const changed = initialOptions({ sendHighWaterMark: 7 })
  expect(changed).toEqual({ ...initial, sendHighWaterMark: 7 })
  expect(initialOptions({})).not.toBe(initialOptions({}))
})

it('marks and timeouts count at once, what endpoints are made with only later', () => {
  const now: OptionName[] = [
    'linger',
    'sendHighWaterMark',
    'receiveHighWaterMark',
    'sendTimeout',
    'receiveTimeout',
  ]
  const later: OptionName[] = [
    'backlog',
    'ipv6',
    'routingId',
    'heartbeatInterval',
    'maxMessageSize',
  ]
  expect([now.some(isLate), later.every(isLate)]).toEqual([false, true])
})
