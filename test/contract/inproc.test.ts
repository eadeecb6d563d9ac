import { describe, expect, it } from 'vitest'
import { InprocTransport } from '../../src/transport/inproc.js'
import { texts } from '../support/messages.js'
import { Acceptor, connect } from '../support/test-ends.js'
import { freshAddress } from '../support/transports.js'
import { describeTransport } from './transport-contract.js'

describeTransport('inproc', {
  create: () => new InprocTransport(),
  pending: () => ({ address: freshAddress('inproc') }),
  unreachable: [],
  malformed: [{ address: `inproc://${'x'.repeat(256)}`, code: 'EINVAL' }],
})

describe('a connect that comes before its bind', () => {
  it('waits for it, in order', async () => {
    const transport = new InprocTransport()
    const address = freshAddress('inproc')
    const attempts = ['0', '1', '2'].map(async (text) => {
      const near = (await connect(transport, address)).start()
      near.send(text)
    })
    const acceptor = await new Acceptor().listen(transport, address)
    await Promise.all(attempts)
    for (const text of ['0', '1', '2']) {
      expect(texts(await (await acceptor.accept()).start().read())).toEqual([text])
    }
  })

  it('is forgotten when it was given up', async () => {
    const transport = new InprocTransport()
    const address = freshAddress('inproc')
    const abort = new AbortController()
    const attempt = connect(transport, address, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(attempt).rejects.toThrow('enough')
    const acceptor = await new Acceptor().listen(transport, address)
    expect(acceptor.sessions).toEqual([])
  })
})
