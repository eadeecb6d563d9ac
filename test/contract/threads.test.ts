import { describe, expect, it } from 'vitest'
import { Threads } from '../../src/node/threads.js'
import { InprocTransport } from '../../src/transport/inproc.js'
import type { Transport } from '../../src/transport/transport.js'
import { texts } from '../support/messages.js'
import { Acceptor, connect } from '../support/test-ends.js'
import { freshAddress } from '../support/transports.js'
import { between, describeNeighbours } from './neighbours.js'

/** One thread's transport: two of them in a thread are as far apart as two threads. */
function thread(): InprocTransport {
  const transport = new InprocTransport()
  transport.neighbours = new Threads((name) => transport.bound.get(name))
  return transport
}

const twoThreads = (): Transport => between(thread(), thread())

describeNeighbours(twoThreads)

describe('a connect that comes before its bind', () => {
  it('waits for it', async () => {
    const transport = twoThreads()
    const address = freshAddress('inproc')
    const attempts = ['0', '1', '2'].map(async (text) => {
      const near = (await connect(transport, address)).start()
      near.send(text)
    })
    const acceptor = await new Acceptor().listen(transport, address)
    await Promise.all(attempts)
    const received: (string | undefined)[] = []
    while (received.length < attempts.length) {
      received.push(...texts(await (await acceptor.accept()).start().read()))
    }
    expect(received.sort()).toEqual(['0', '1', '2'])
  })

  it('is forgotten when it was given up', async () => {
    const transport = twoThreads()
    const address = freshAddress('inproc')
    const abort = new AbortController()
    const attempt = connect(transport, address, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(attempt).rejects.toThrow('enough')
    const acceptor = await new Acceptor().listen(transport, address)
    expect(acceptor.sessions).toEqual([])
  })

  it('takes who binds in its own thread, if that comes first', async () => {
    const [near, far] = [thread(), thread()]
    const address = freshAddress('inproc')
    const attempt = connect(near, address)
    const acceptor = await new Acceptor().listen(near, address)
    const session = (await attempt).start()
    session.send('here')
    expect(texts(await (await acceptor.accept()).start().read())).toEqual(['here'])
    await expect(new Acceptor().listen(far, address)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
