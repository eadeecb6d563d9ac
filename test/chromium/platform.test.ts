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
        reason: 'a browser cannot listen: bind in Node, and connect here',
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
