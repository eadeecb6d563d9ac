import { describe, expect, it } from 'vitest'
import { capability } from 'zerowire'
import { near } from '../support/everywhere.js'

describe('in a browser', () => {
  it('there is no Buffer, and nothing that stands in for it', () => {
    expect(['Buffer', 'process', 'setImmediate'].filter((name) => name in globalThis)).toEqual([])
  })

  it.each(['ws://127.0.0.1:*', 'ws://*:5555/path', 'wss://127.0.0.1:*'])(
    'a bind to %s is refused',
    async (address) => {
      const pull = near('Pull')
      await expect(pull.bind(address)).rejects.toMatchObject({
        code: 'EPROTONOSUPPORT',
        address,
        reason: 'a browser cannot listen',
      })
      expect(pull.lastEndpoint).toBe(null)
      await pull.bind('inproc://instead')
      expect(pull.lastEndpoint).toBe('inproc://instead')
    },
  )

  it.each(['tcp://127.0.0.1:5555', 'ipc:///tmp/socket', 'udp://127.0.0.1:5555'])(
    '%s is a transport that it has not',
    async (address) => {
      const push = near('Push')
      const [scheme = ''] = address.split(':')
      const refusal = {
        code: 'EPROTONOSUPPORT',
        address,
        reason: `no transport for ${scheme}://, there are: inproc, ws, wss`,
      }
      expect(() => push.connect(address)).toThrow(expect.objectContaining(refusal) as Error)
      await expect(push.bind(address)).rejects.toMatchObject(refusal)
    },
  )

  it.each([
    ...['ws://*:80', 'ws://:80', 'ws://host:', 'ws://host:0', 'ws://host:65536', 'ws://host:http'],
    ...['ws://::1:80', 'ws://[]:80', 'ws://[::1', 'ws://a b:80', 'ws://me:you@host', 'ws://a;b:80'],
    ...['ws://host/a b', 'ws://host/#a', 'wss://host/\u00e4', 'ws:///path'],
  ])('%j is no address, which is said at once', (address) => {
    const refusal = {
      code: 'EINVAL',
      address,
      reason: 'expected host:port/path, the port of 1 to 65535, the path percent-encoded',
    }
    const push = near('Push')
    expect(() => push.connect(address)).toThrow(expect.objectContaining(refusal) as Error)
  })

  it.each([
    ...['ws://127.0.0.1:1', 'ws://localhost:00080/', 'wss://[::1]:65535/a/b?c=%20', 'ws://host'],
  ])('%s is one', (address) => {
    const push = near('Push')
    push.connect(address)
    expect(push.lastEndpoint).toBe(address)
  })

  it('says what it can do', () => {
    expect(capability).toMatchObject({ ipc: false, curve: true })
  })

  it('nobody listens: the reason is said as far as a browser lets it be known', async () => {
    const push = near('Push')
    const event = new Promise((resolve) => push.events.on('close', resolve))
    push.connect('ws://127.0.0.1:1/')
    expect(await event).toMatchObject({
      address: 'ws://127.0.0.1:1/',
      error: { code: 'ECONNREFUSED', reason: 'the browser could not connect' },
    })
  })
})
