import { describe, expect, it } from 'vitest'
import {
  bound,
  messages,
  next,
  open,
  pairings,
  readable,
  repeatUntil,
} from '../support/v5-compat.js'

describe.each(pairings)('$pairing', ({ near, far }) => {
  it.each([
    ['push', 'pull'],
    ['pair', 'pair'],
    ['dealer', 'dealer'],
  ] as const)('%s sends to %s in order, whoever binds', async (from, to) => {
    const sent = Array.from({ length: 100 }, (_, i) => [`message ${i}`, '', 'x'.repeat(i * 50)])
    for (const senderBinds of [true, false]) {
      const [sender, receiver] = [open(near, from), open(far, to)]
      const [listener, visitor] = senderBinds ? [sender, receiver] : [receiver, sender]
      visitor.connect(await bound(listener))
      const came = messages(receiver, sent.length)
      for (const message of sent) sender.send(message)
      expect(await came).toEqual(sent)
    }
  })

  it('SUB hears what it has subscribed to', async () => {
    const [pub, sub] = [open(near, 'pub'), open(far, 'sub')]
    sub.connect(await bound(pub)).subscribe('kitty cats')
    const heard = next(sub)
    const news = await repeatUntil(heard, () => {
      pub.send(['dogs', 'woof']).send(['kitty cats', 'meow!'])
    })
    expect(news).toEqual(['kitty cats', 'meow!'])
  })

  it('REQ asks and REP answers', async () => {
    const [req, rep] = [open(near, 'req'), open(far, 'rep')]
    rep.on('message', (...parts: unknown[]) => rep.send(['re:', ...(readable(parts) as string[])]))
    req.connect(await bound(rep))
    const answers = messages(req, 3)
    req.send('a').send(['b', 'c']).send('')
    expect(await answers).toEqual([
      ['re:', 'a'],
      ['re:', 'b', 'c'],
      ['re:', ''],
    ])
  })

  it('ROUTER knows DEALER by its identity', async () => {
    const [router, dealer] = [open(near, 'router'), open(far, 'dealer', { identity: 'dealer-7' })]
    dealer.connect(await bound(router))
    const [question, answer] = [next(router), next(dealer)]
    dealer.send('hello', far.ZMQ_SNDMORE).send('there')
    expect(await question).toEqual(['dealer-7', 'hello', 'there'])
    router.send(['dealer-7', 'welcome'])
    expect(await answer).toEqual(['welcome'])
  })

  it('XPUB hears of the subscriptions of XSUB', async () => {
    const [xpub, xsub] = [open(near, 'xpub'), open(far, 'xsub')]
    xsub.connect(await bound(xpub))
    const wish = next(xpub)
    xsub.send(Buffer.from('\u0001news'))
    expect(await wish).toEqual(['\u0001news'])
    const heard = next(xsub)
    xpub.send(['news', 'here'])
    expect(await heard).toEqual(['news', 'here'])
  })

  it('a proxy stands between REQ and REP', async () => {
    const [frontend, backend] = [open(near, 'router'), open(near, 'dealer')]
    near.proxy(frontend, backend)
    const [req, rep] = [open(far, 'req'), open(far, 'rep')]
    rep.on('message', (question) => rep.send(`re: ${String(question)}`))
    rep.connect(await bound(backend))
    req.connect(await bound(frontend))
    const answer = next(req)
    req.send('question')
    expect(await answer).toEqual(['re: question'])
  })
})
