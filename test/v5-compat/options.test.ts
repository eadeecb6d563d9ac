import { describe, expect, it } from 'vitest'
import { libraries, open, type Compat, type CompatSocket } from '../support/v5-compat.js'

type ShortName = keyof Compat['options']

/** Short name, default, and what it is after being set to what. */
const named: [ShortName, initial: unknown, set: unknown, then: unknown][] = [
  ['affinity', 0, 3, 3],
  ['backlog', 100, 5, 5],
  ['identity', null, 'me', 'me'],
  ['identity', null, Buffer.from('me'), 'me'],
  ['linger', -1, 0, 0],
  ['rate', 100, 5, 5],
  ['rcvbuf', -1, 5, 5],
  ['sndbuf', -1, 5, 5],
  ['reconnect_ivl', 100, 5, 5],
  ['recovery_ivl', 10_000, 5, 5],
  ['heartbeat_ivl', 0, 5, 5],
  ['heartbeat_ttl', 0, 1200, 1200],
  ['heartbeat_timeout', -1, 5, 5],
  ['connect_timeout', 0, 5, 5],
  ['plain_server', 0, 1, 1],
  ['plain_username', null, 'user', 'user'],
  ['plain_password', null, 'pass', 'pass'],
  ['curve_server', 0, 1, 1],
  ['zap_domain', null, 'global', 'global'],
]

/** Those without a short name, of a DEALER. */
const numbered: [keyof Compat, initial: unknown, set: unknown, then: unknown][] = [
  ['ZMQ_RECOVERY_IVL_MSEC', 10_000, 5, 5],
  ['ZMQ_RECONNECT_IVL_MAX', 0, 500, 500],
  ['ZMQ_MAXMSGSIZE', -1, 1024, 1024],
  ['ZMQ_SNDHWM', 1000, 5, 5],
  ['ZMQ_RCVHWM', 1000, 5, 5],
  ['ZMQ_MULTICAST_HOPS', 1, 5, 5],
  ['ZMQ_RCVTIMEO', -1, 5, 5],
  ['ZMQ_SNDTIMEO', -1, 5, 5],
  ['ZMQ_IPV4ONLY', true, 0, false],
  ['ZMQ_IPV6', 0, 1, 1],
  ['ZMQ_IPV6', 0, true, 1],
  ['ZMQ_TCP_KEEPALIVE', -1, 1, 1],
  ['ZMQ_TCP_KEEPALIVE_CNT', -1, 5, 5],
  ['ZMQ_TCP_KEEPALIVE_IDLE', -1, 5, 5],
  ['ZMQ_TCP_KEEPALIVE_INTVL', -1, 5, 5],
  ['ZMQ_DELAY_ATTACH_ON_CONNECT', 0, 1, 1],
]

describe.each(libraries)('options of $name', ({ zmq }) => {
  function number(name: keyof Compat): number {
    return zmq[name] as number
  }

  it.each(named)('%s is %j, and when set to %j it is %j', (name, initial, set, then) => {
    const socket = open(zmq, 'dealer')
    expect([socket[name], socket.getsockopt(name)]).toEqual([initial, initial])
    expect(socket.getsockopt(zmq.options[name])).toBe(initial)
    socket[name] = set
    expect(socket[name]).toBe(then)
    expect(open(zmq, 'dealer').setsockopt(name, set).getsockopt(name)).toBe(then)
    const other = open(zmq, 'dealer')
    expect(other.setsockopt(zmq.options[name], set)).toBe(other)
    expect(other.getsockopt(name)).toBe(then)
  })

  it.each(numbered)('%s is %j, and when set to %j it is %j', (name, initial, set, then) => {
    const socket = open(zmq, 'dealer')
    expect(socket.getsockopt(number(name))).toBe(initial)
    expect(socket.setsockopt(number(name), set)).toBe(socket)
    expect(socket.getsockopt(number(name))).toBe(then)
  })

  it('the mechanism follows from the option that was set last', () => {
    const socket = open(zmq, 'dealer')
    const keys = zmq.curveKeypair()
    const mechanism = (): unknown => [socket['mechanism'], socket.getsockopt('mechanism')]
    socket['plain_server'] = 1
    expect(mechanism()).toEqual([1, 1])
    socket['curve_server'] = 1
    expect(mechanism()).toEqual([2, 2])
    for (const name of ['curve_publickey', 'curve_secretkey', 'curve_serverkey'] as const) {
      socket['plain_username'] = 'user'
      expect(socket.setsockopt(name, keys.public)).toBe(socket)
      expect(mechanism()).toEqual([2, 2])
    }
    socket['plain_password'] = null
    expect(mechanism()).toEqual([0, 0])
  })

  it('ZMQ_ROUTER_MANDATORY is of a router', () => {
    const router = open(zmq, 'router')
    expect(router.setsockopt(zmq.ZMQ_ROUTER_MANDATORY, 1)).toBe(router)
    const push = open(zmq, 'push')
    expect(push.getsockopt(zmq.ZMQ_ROUTER_MANDATORY)).toBe(0)
    expect(() => push.setsockopt(zmq.ZMQ_ROUTER_MANDATORY, 1)).toThrow()
  })

  it('some can only be read', () => {
    const router = open(zmq, 'xrep')
    expect(router.getsockopt(zmq.ZMQ_TYPE)).toBe(zmq.ZMQ_ROUTER)
    expect([router['mechanism'], router['last_endpoint']]).toEqual([0, null])
    // It never waits to send.
    expect(router['_ioevents']).toBe(zmq.ZMQ_POLLOUT)
    for (const name of ['mechanism', 'last_endpoint', '_ioevents'] as const) {
      expect(() => router.setsockopt(name, 1)).toThrow('Unknown option')
    }
  })

  it.each<[keyof Compat, 'router' | 'xpub', unknown]>([
    ['ZMQ_ROUTER_HANDOVER', 'router', 1],
    ['ZMQ_XPUB_VERBOSE', 'xpub', 1],
    ['ZMQ_TCP_ACCEPT_FILTER', 'router', '127.0.0.1'],
  ])('%s can only be set', (name, type, value) => {
    const socket = open(zmq, type)
    expect(socket.setsockopt(number(name), value)).toBe(socket)
    expect(() => socket.getsockopt(number(name))).toThrow(/Unknown option|is not supported/)
  })

  it('some are refused', () => {
    const router = open(zmq, 'router')
    for (const name of ['ZMQ_FD', 'ZMQ_RCVMORE', 'ZMQ_ROUTER_RAW'] as const) {
      const message = `${name} is not supported in compatibility mode`
      expect(() => router.getsockopt(number(name))).toThrow(message)
    }
    expect(() => router.setsockopt(zmq.ZMQ_ROUTER_RAW, 1)).toThrow('ZMQ_ROUTER_RAW')
    expect(() => router['_fd'] as unknown).toThrow('ZMQ_FD')
    expect(() => router['_receiveMore'] as unknown).toThrow('ZMQ_RCVMORE')
  })

  it.each<[string, (socket: CompatSocket) => unknown]>([
    ['number', (socket) => socket.getsockopt(999)],
    ['number to set', (socket) => socket.setsockopt(999, 1)],
    ['name', (socket) => socket.getsockopt('toString' as ShortName)],
    ['name to set', (socket) => socket.setsockopt('17' as ShortName, 1)],
  ])('an unknown %s is an error', (_what, work) => {
    expect(() => work(open(zmq, 'router'))).toThrow('Unknown option')
  })

  it('values are checked', () => {
    const socket = open(zmq, 'router')
    for (const value of ['5', undefined, true]) {
      expect(() => socket.setsockopt('linger', value)).toThrow('Option value must be a number')
    }
    const invalid = expect.objectContaining({ code: 'EINVAL' }) as Error
    expect(() => socket.setsockopt('reconnect_ivl', -2)).toThrow(invalid)
  })
})
