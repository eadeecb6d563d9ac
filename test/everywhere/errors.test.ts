import { describe, expect, it } from 'vitest'
import { Context, context, Push } from 'zerowire'
import { ZmqError } from 'zerowire/extra'
import { near } from '../support/everywhere.js'

/** What has no host, no port or no path that could be asked for. */
const malformed = [
  '127.0.0.1:0',
  '127.0.0.1:65536',
  '127.0.0.1:http',
  '127.0.0.1:*/path',
  '*:5555',
  ':5555',
  '/path',
  'a b:5555/path',
  '127.0.0.1:5555/pa th',
  '127.0.0.1:5555/path#fragment',
  '127.0.0.1:5555/päth',
]

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

describe.each(['ws', 'wss'])('%s://', (scheme) => {
  it.each(malformed)('%s is refused at once', (text) => {
    const address = `${scheme}://${text}`
    const push = near('Push')
    const error = thrownBy(() => push.connect(address))
    expect(error).toBeInstanceOf(ZmqError)
    expect(error).toMatchObject({ code: 'EINVAL', address, reason: expect.any(String) as string })
    expect(push.lastEndpoint).toBe(null)
  })
})

describe('errors', () => {
  it.each(['', 'ws', 'ws://', '://127.0.0.1:5555'])('%j is no address', (address) => {
    const push = near('Push')
    expect(thrownBy(() => push.connect(address))).toMatchObject({ code: 'EINVAL' })
  })

  it('an unknown transport is refused', () => {
    const push = near('Push')
    const error = thrownBy(() => push.connect('carrier-pigeon://127.0.0.1:5555'))
    expect(error).toMatchObject({ code: 'EPROTONOSUPPORT' })
  })

  it('a name of inproc has one owner', async () => {
    const [first, second] = [near('Pull'), near('Pull')]
    await first.bind('inproc://owned')
    await expect(second.bind('inproc://owned')).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('a closed socket refuses everything', async () => {
    const push = near('Push')
    await push.close()
    const attempts = [() => push.connect('ws://127.0.0.1:1'), () => push.send('x')]
    for (const attempt of attempts) expect(thrownBy(attempt)).toMatchObject({ code: 'EBADF' })
  })

  it('an option that is misspelt or of the wrong type is refused', () => {
    expect(() => near('Push', undefined, { highWaterMark: 1 } as object)).toThrow(TypeError)
    expect(() => near('Push', undefined, { linger: '1' as unknown as number })).toThrow(TypeError)
    const error = thrownBy(() => near('Push', undefined, { sendHighWaterMark: -1 }))
    expect(error).toMatchObject({ code: 'EINVAL' })
  })

  it('a reply that nobody asked for is refused', async () => {
    const reply = near('Reply')
    await expect(reply.send('x')).rejects.toMatchObject({ code: 'EFSM' })
  })

  it('a context has so many sockets', () => {
    const small = new Context({ maxSockets: 1 })
    const push = near('Push', undefined, { context: small })
    expect(thrownBy(() => new Push({ context: small }))).toMatchObject({ code: 'EMFILE' })
    expect([push.context, near('Push').context]).toEqual([small, context])
  })
})
