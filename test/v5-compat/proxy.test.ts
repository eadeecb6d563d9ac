import { describe, expect, it } from 'vitest'
import { bound, heard, libraries, messages, next, open, repeatUntil } from '../support/v5-compat.js'

describe.each(libraries)('the proxy of $name', ({ zmq }) => {
  /** A SUB that hears everything that a capture PUB says, once it has been heard to. */
  async function captureSockets() {
    const [capture, listener] = [open(zmq, 'pub'), open(zmq, 'sub')]
    listener.connect(await bound(capture)).subscribe('')
    await repeatUntil(next(listener), () => capture.send('?'))
    capture.send('!')
    await heard(listener, '!')
    return { capture, listener }
  }

  it('passes messages from PULL to PUSH', async () => {
    const [frontend, backend] = [open(zmq, 'pull'), open(zmq, 'push')]
    const [push, pull] = [open(zmq, 'push'), open(zmq, 'pull')]
    push.connect(await bound(frontend))
    pull.connect(await bound(backend))
    zmq.proxy(frontend, backend)
    const came = messages(pull, 3)
    push.send(['a', 'b']).send('').send('c')
    expect(await came).toEqual([['a', 'b'], [''], ['c']])
  })

  it('passes messages back from PULL to PUSH, and to a capture socket', async () => {
    const { capture, listener } = await captureSockets()
    const [frontend, backend] = [open(zmq, 'push'), open(zmq, 'pull')]
    const [push, pull] = [open(zmq, 'push'), open(zmq, 'pull')]
    push.connect(await bound(backend))
    pull.connect(await bound(frontend))
    zmq.proxy(frontend, backend, capture)
    const [came, captured] = [next(pull), next(listener)]
    push.send(['a', 'b'])
    expect([await came, await captured]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  it.each([
    ['router', 'dealer'],
    ['xrep', 'xreq'],
  ] as const)(
    'passes questions and answers from %s to %s, and captures answers',
    async (...types) => {
      const { capture, listener } = await captureSockets()
      const [frontend, backend] = [open(zmq, types[0]), open(zmq, types[1])]
      const [req, rep] = [open(zmq, 'req'), open(zmq, 'rep')]
      req.connect(await bound(frontend))
      rep.connect(await bound(backend))
      rep.on('message', (question) => rep.send(`re: ${String(question)}`))
      zmq.proxy(frontend, backend, capture)
      const [answer, captured] = [next(req), next(listener)]
      req.send('question')
      expect(await answer).toEqual(['re: question'])
      const parts = await captured
      expect(parts.at(-1)).toBe('re: question')
    },
  )

  it('passes subscriptions one way and news the other', async () => {
    const [frontend, backend] = [open(zmq, 'xpub'), open(zmq, 'xsub')]
    const [sub, pub] = [open(zmq, 'sub'), open(zmq, 'xpub')]
    sub.connect(await bound(frontend))
    pub.connect(await bound(backend))
    zmq.proxy(frontend, backend)
    const wish = next(pub)
    sub.subscribe('news')
    expect(await wish).toEqual(['\u0001news'])
    const news = next(sub)
    pub.send('other').send(['news', 'here'])
    expect(await news).toEqual(['news', 'here'])
  })

  it.each([
    ['xsub', 'xpub'],
    ['dealer', 'router'],
    ['pair', 'pair'],
  ] as const)('has no use for %s and %s', (...types) => {
    const [frontend, backend] = [open(zmq, types[0]), open(zmq, types[1])]
    const message = 'This socket type order is not supported in compatibility mode'
    expect(() => zmq.proxy(frontend, backend)).toThrow(message)
  })
})
