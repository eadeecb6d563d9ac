import { describe, expect, it } from 'vitest'
import {
  describeOurs,
  itOurs,
  ours,
  type AnySocket,
  type SocketName,
} from '../support/implementations.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

const EINVAL = { code: 'EINVAL', errno: 22, message: 'Invalid argument' }

type Bag = Record<string, unknown>

const everyType: SocketName[] = [
  'Pair',
  'Publisher',
  'Subscriber',
  'Request',
  'Reply',
  'Dealer',
  'Router',
  'Pull',
  'Push',
  'XPublisher',
  'XSubscriber',
]

function bag(socket: AnySocket): Bag {
  return socket as unknown as Bag
}

/** Name, default, another value, and one that is out of range, if there is one. */
/** What a property that an object does not have throws, in the words of the runtime. */
function notAdded(name: string): TypeError {
  try {
    Object.assign(Object.preventExtensions({}), { [name]: true })
  } catch (error) {
    return error as TypeError
  }
  throw new Error(`${name} has been added`)
}

const common: [name: string, initial: unknown, other: unknown, invalid?: unknown][] = [
  ['affinity', 0, 3],
  ['rate', 100, 200, 0],
  ['recoveryInterval', 10_000, 5, -1],
  ['reconnectInterval', 100, 5, -2],
  ['backlog', 100, 5],
  ['reconnectMaxInterval', 0, 50, -1],
  ['maxMessageSize', -1, 1024],
  ['tcpKeepalive', -1, 1, 2],
  ['tcpKeepaliveCount', -1, 5],
  ['tcpKeepaliveIdle', -1, 5],
  ['tcpKeepaliveInterval', -1, 5],
  ['immediate', false, true],
  ['ipv6', false, true],
  ['typeOfService', 0, 8],
  ['handshakeInterval', 30_000, 5, -1],
  ['heartbeatInterval', 0, 5, -1],
  ['heartbeatTimeToLive', 0, 1200, 6_553_600],
  ['heartbeatTimeout', -1, 5, -1],
  ['connectTimeout', 0, 5, -1],
  ['tcpMaxRetransmitTimeout', 0, 5, -1],
  ['multicastMaxTransportDataUnit', 1500, 1000, 0],
  ['interface', null, 'lo'],
]

const sending: typeof common = [
  ['sendHighWaterMark', 1000, 5, -1],
  ['sendTimeout', -1, 5, -2],
  ['sendBufferSize', -1, 5, -2],
  ['multicastHops', 1, 2, 0],
]

const receiving: typeof common = [
  ['receiveHighWaterMark', 1000, 5, -1],
  ['receiveTimeout', -1, 5, -2],
  ['receiveBufferSize', -1, 5, -2],
]

describe('options of every socket', () => {
  it.each(common)('%s is %j at first and can be set to %j', (name, initial, other) => {
    const socket = bag(open(ours, 'Dealer'))
    expect(socket[name]).toBe(initial)
    socket[name] = other
    expect(socket[name]).toBe(other)
    expect(bag(open(ours, 'Dealer', { [name]: other }))[name]).toBe(other)
  })

  it.each(everyType)('linger, of %s as well', (type) => {
    const socket = open(ours, type, { linger: 5 })
    expect(socket.linger).toBe(5)
    socket.linger = -1
    expect(socket.linger).toBe(-1)
  })

  const ranged = [...common, ...sending, ...receiving].filter((row) => row.length === 4)

  it.each(ranged)('%s out of range is EINVAL', (name, _initial, _other, invalid) => {
    const socket = bag(open(ours, 'Dealer'))
    expect(() => {
      socket[name] = invalid
    }).toThrow(expect.objectContaining(EINVAL))
    expect(() => open(ours, 'Dealer', { [name]: invalid })).toThrow(expect.objectContaining(EINVAL))
  })
})

describe('options of sockets that send or receive', () => {
  it.each([...sending, ...receiving])('%s is %j at first and can be %j', (name, initial, other) => {
    const socket = bag(open(ours, 'Pair'))
    expect(socket[name]).toBe(initial)
    socket[name] = other
    expect(socket[name]).toBe(other)
  })

  it.each(['Pull', 'Subscriber'] as const)('%s has none for sending', (type) => {
    for (const [name] of sending) {
      expect(() => open(ours, type, { [name]: 5 })).toThrow(TypeError)
    }
  })

  it.each(['Push', 'Publisher'] as const)('%s has none for receiving', (type) => {
    for (const [name] of receiving) {
      expect(() => open(ours, type, { [name]: 5 })).toThrow(TypeError)
    }
  })
})

describe('options of some types', () => {
  const special: { type: SocketName; option: string; value: unknown }[] = [
    { type: 'Router', option: 'mandatory', value: true },
    { type: 'Router', option: 'handover', value: true },
    { type: 'Router', option: 'probeRouter', value: true },
    { type: 'Dealer', option: 'probeRouter', value: true },
    { type: 'Request', option: 'probeRouter', value: true },
    { type: 'Request', option: 'correlate', value: true },
    { type: 'Request', option: 'relaxed', value: true },
    { type: 'Push', option: 'conflate', value: true },
    { type: 'Pull', option: 'conflate', value: true },
    { type: 'Publisher', option: 'conflate', value: true },
    { type: 'Subscriber', option: 'conflate', value: true },
    { type: 'Dealer', option: 'conflate', value: true },
    { type: 'Publisher', option: 'noDrop', value: true },
    { type: 'XPublisher', option: 'noDrop', value: true },
    { type: 'XPublisher', option: 'manual', value: true },
    { type: 'XPublisher', option: 'welcomeMessage', value: 'welcome' },
    { type: 'XPublisher', option: 'welcomeMessage', value: null },
    { type: 'XPublisher', option: 'verbosity', value: 'allSubs' },
    { type: 'XPublisher', option: 'verbosity', value: 'allSubsUnsubs' },
    { type: 'XPublisher', option: 'verbosity', value: null },
    { type: 'XPublisher', option: 'verbosity', value: 'no such thing' },
    { type: 'Publisher', option: 'invertMatching', value: true },
    { type: 'Subscriber', option: 'invertMatching', value: true },
    { type: 'XPublisher', option: 'invertMatching', value: true },
  ]

  it.each(special)('$type takes $option $value', ({ type, option, value }) => {
    bag(open(ours, type, { [option]: value }))[option] = value
  })

  it.each(special)('not every type takes $option', ({ option }) => {
    expect(() => open(ours, 'Reply', { [option]: true })).toThrow(notAdded(option))
  })

  it.each(['Request', 'Reply', 'Router', 'Dealer'] as const)('routingId of %s', (type) => {
    const socket = bag(open(ours, type))
    expect(socket['routingId']).toBe(null)
    socket['routingId'] = 'me'
    expect(socket['routingId']).toBe('me')
    socket['routingId'] = Buffer.from('still me')
    expect(socket['routingId']).toBe('still me')
  })

  it.each([
    { title: 'empty', routingId: '' },
    { title: 'of 256 bytes', routingId: 'x'.repeat(256) },
  ])('a routingId that is $title is EINVAL', ({ routingId }) => {
    expect(() => open(ours, 'Dealer', { routingId })).toThrow(expect.objectContaining(EINVAL))
  })
})

describe('values of the wrong type', () => {
  it.each([
    { option: 'linger', value: '5', message: 'Option value must be a number' },
    { option: 'linger', value: null, message: 'Option value must be a number' },
    { option: 'sendTimeout', value: true, message: 'Option value must be a number' },
    { option: 'maxMessageSize', value: '5', message: 'Option value must be a number' },
    { option: 'affinity', value: '5', message: 'Option value must be a number' },
    { option: 'immediate', value: 1, message: 'Option value must be a boolean' },
    { option: 'probeRouter', value: 'yes', message: 'Option value must be a boolean' },
    { option: 'routingId', value: 5, message: 'Option value must be a string or buffer' },
    { option: 'interface', value: true, message: 'Option value must be a string or buffer' },
  ])('$option: $value', ({ option, value, message }) => {
    const socket = bag(open(ours, 'Dealer'))
    expect(() => {
      socket[option] = value
    }).toThrow(new TypeError(message))
    expect(() => open(ours, 'Dealer', { [option]: value })).toThrow(new TypeError(message))
  })
})

describe('the options object', () => {
  it.each(['not an object', 5, true])('%j is a TypeError', (options) => {
    expect(() => open(ours, 'Push', options as unknown as Bag)).toThrow(
      new TypeError('Options must be an object'),
    )
  })

  it.each(everyType)('%s knows no option foo', (type) => {
    expect(() => open(ours, type, { foo: 1 })).toThrow(notAdded('foo'))
    const socket = bag(open(ours, type))
    expect(() => {
      socket['foo'] = 1
    }).toThrow(notAdded('foo'))
  })

  it.each(['securityMechanism', 'lastEndpoint', 'type', 'closed', 'readable', 'writable'])(
    '%s can only be read',
    (name) => {
      const socket = bag(open(ours, 'Push'))
      expect(() => {
        socket[name] = 1
      }).toThrow(TypeError)
    },
  )
})

describe('what can be read', () => {
  const types: { type: SocketName; number: number; writable: boolean }[] = [
    { type: 'Pair', number: 0, writable: false },
    { type: 'Publisher', number: 1, writable: true },
    { type: 'Subscriber', number: 2, writable: false },
    { type: 'Request', number: 3, writable: false },
    { type: 'Reply', number: 4, writable: false },
    { type: 'Dealer', number: 5, writable: false },
    { type: 'Router', number: 6, writable: true },
    { type: 'Pull', number: 7, writable: false },
    { type: 'Push', number: 8, writable: false },
    { type: 'XPublisher', number: 9, writable: true },
    { type: 'XSubscriber', number: 10, writable: true },
  ]

  it.each(types)('of a new $type', ({ type, number, writable }) => {
    const socket = open(ours, type)
    expect(socket).toMatchObject({
      type: number,
      closed: false,
      readable: false,
      writable,
      securityMechanism: null,
      lastEndpoint: null,
    })
    expect(socket.context).toBe(ours.context)
    expect(socket.events).toBe(socket.events)
  })

  it('readable and writable follow what is queued', async () => {
    const pull = open(ours, 'Pull', { receiveHighWaterMark: 1 })
    const push = open(ours, 'Push', { sendHighWaterMark: 1 })
    push.connect(await bindFresh(pull, 'inproc'))
    expect([push.writable, pull.readable]).toEqual([true, false])
    await push.send('0')
    await push.send('1')
    expect([push.writable, pull.readable]).toEqual([false, true])
  })
})

describe('options by number', () => {
  it('get and set the same values', () => {
    const socket = open(ours, 'Dealer') as AnySocket & {
      getInt32Option(id: number): number
      getBoolOption(id: number): boolean
      getStringOption(id: number): string | null
    }
    socket.setInt32Option(17, 5)
    expect([socket.linger, socket.getInt32Option(17)]).toEqual([5, 5])
    socket.immediate = true
    expect(socket.getBoolOption(39)).toBe(true)
    bag(socket)['routingId'] = 'me'
    expect(socket.getStringOption(5)).toBe('me')
  })

  it('an unknown number is EINVAL', () => {
    expect(() => {
      open(ours, 'Dealer').setInt32Option(9999, 1)
    }).toThrow(expect.objectContaining(EINVAL))
  })
})

describe('a context', () => {
  it('is given at construction', () => {
    const context = new ours.Context()
    expect(open(ours, 'Push', { context }).context).toBe(context)
  })

  it('has inproc names of its own', async () => {
    const context = new ours.Context()
    await open(ours, 'Pull').bind('inproc://the-same-name')
    await open(ours, 'Pull', { context }).bind('inproc://the-same-name')
  })

  it('passes ipv6 on to its sockets', () => {
    const context = new ours.Context({ ipv6: true })
    expect(open(ours, 'Push', { context }).ipv6).toBe(true)
  })

  it('limits the number of sockets', () => {
    const context = new ours.Context({ maxSockets: 1 })
    open(ours, 'Push', { context })
    expect(() => open(ours, 'Push', { context })).toThrow(
      expect.objectContaining({ code: 'EMFILE', message: 'Too many open file descriptors' }),
    )
  })
})

describeOurs('what goes beyond the reference', () => {
  it('maxPendingOperations is 1 and at least 1', () => {
    const socket = bag(open(ours, 'Pair'))
    expect(socket['maxPendingOperations']).toBe(1)
    socket['maxPendingOperations'] = 5
    expect(socket['maxPendingOperations']).toBe(5)
    expect(() => {
      socket['maxPendingOperations'] = 0
    }).toThrow(expect.objectContaining(EINVAL))
  })

  itOurs.each([
    { type: 'Router', option: 'mandatory' },
    { type: 'Router', option: 'handover' },
    { type: 'Dealer', option: 'probeRouter' },
    { type: 'Dealer', option: 'conflate' },
    { type: 'Request', option: 'relaxed' },
    { type: 'XPublisher', option: 'manual' },
  ] as const)('$option of $type can be read', ({ type, option }) => {
    expect(bag(open(ours, type))[option]).toBe(false)
    expect(bag(open(ours, type, { [option]: true }))[option]).toBe(true)
  })
})
