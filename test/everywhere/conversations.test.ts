import { describe, expect, it } from 'vitest'
import { far, near, ways } from '../support/everywhere.js'
import { received } from '../support/received.js'
import { synchronise, untilWanted } from '../support/pubsub.js'

const multipart = ['a', '', '\0\xff', 'd']

describe.each(ways)('over %s', (way) => {
  it('PUSH to PULL', async () => {
    const pull = await far(way, 'Pull')
    const push = near('Push', pull)
    await push.send('one')
    await push.send(['two', 'parts'])
    expect(await pull.receive(2)).toEqual([['one'], ['two', 'parts']])
  })

  it('PULL from PUSH', async () => {
    const push = await far(way, 'Push')
    const pull = near('Pull', push)
    await push.send(['one'], multipart)
    expect(await received(pull, 2)).toEqual([['one'], multipart])
  })

  it('REQ to REP, again and again', async () => {
    const reply = await far(way, 'Reply')
    const request = near('Request', reply)
    const echo = reply.echo(20)
    for (let i = 0; i < 20; i += 1) {
      const question = [`question ${String(i)}`, '']
      await request.send(question)
      expect(await received(request)).toEqual([question])
    }
    await echo
  })

  it('REP to REQ', async () => {
    const request = await far(way, 'Request')
    const reply = near('Reply', request)
    for (const question of [['one'], multipart]) {
      await request.send(question)
      expect(await received(reply)).toEqual([question])
      await reply.send(['the', 'answer'])
      expect(await request.receive()).toEqual([['the', 'answer']])
    }
  })

  it('DEALER to ROUTER, which knows it by its routing id', async () => {
    const router = await far(way, 'Router')
    const dealer = near('Dealer', router, { routingId: 'me' })
    await dealer.send(['hello', ''])
    expect(await router.receive()).toEqual([['me', 'hello', '']])
    await router.send(['me', 'and', 'you'])
    expect(await received(dealer)).toEqual([['and', 'you']])
  })

  it('ROUTER to DEALER, which it knows by its routing id', async () => {
    const dealer = await far(way, 'Dealer', { options: { routingId: 'you' } })
    const router = near('Router', dealer)
    await dealer.send(['hello'])
    expect(await received(router)).toEqual([['you', 'hello']])
    await router.send(['you', 'and', 'me'])
    expect(await dealer.receive()).toEqual([['and', 'me']])
  })

  it('ROUTER tells requesters apart', async () => {
    const router = await far(way, 'Router')
    const requesters = ['a', 'b', 'c'].map((routingId) => near('Request', router, { routingId }))
    for (const requester of requesters) await requester.send('?')
    const questions = await router.receive(3)
    expect(questions.sort()).toEqual(['a', 'b', 'c'].map((id) => [id, '', '?']))
    await router.send(['c', '', 'to c'], ['a', '', 'to a'], ['b', '', 'to b'])
    const answers = await Promise.all(requesters.map((requester) => received(requester)))
    expect(answers).toEqual([[['to a']], [['to b']], [['to c']]])
  })

  it('PAIR and PAIR', async () => {
    const other = await far(way, 'Pair')
    const pair = near('Pair', other)
    await pair.send(multipart.map((part) => Uint8Array.from(part, (c) => c.charCodeAt(0))))
    expect(await other.receive()).toEqual([multipart])
    await other.send(multipart, ['2'])
    expect(await received(pair, 2)).toEqual([multipart, ['2']])
  })

  it('PUB to SUB, or to XSUB where a listening SUB of libzmq asks nobody for anything', async () => {
    const subscriber = await far(way, way === 'zeromq' ? 'XSubscriber' : 'Subscriber')
    const publisher = near('Publisher', subscriber)
    if (way === 'zeromq') await untilWanted(publisher, 'a', () => subscriber.send(['\x01a']))
    else {
      await subscriber.subscribe('a')
      await untilWanted(publisher, 'a')
    }
    await publisher.send(['b', 'not this'])
    await publisher.send(['a', 'this'])
    expect(await subscriber.receive(2)).toEqual([['a'], ['a', 'this']])
  })

  it('SUB to PUB, changing its mind', async () => {
    const publisher = await far(way, 'Publisher')
    const subscriber = near('Subscriber', publisher)
    subscriber.subscribe('a', 'b', 'sync')
    await synchronise(sender(publisher), subscriber)
    await publisher.send(['a', '1'], ['c', '1'], ['b', '1'])
    expect(await received(subscriber, 2)).toEqual([
      ['a', '1'],
      ['b', '1'],
    ])
    subscriber.unsubscribe('a')
    subscriber.subscribe('c')
    await synchronise(sender(publisher), subscriber, 'c')
    await publisher.send(['a', '2'], ['c', '2'], ['b', '2'])
    expect(await received(subscriber, 2)).toEqual([
      ['c', '2'],
      ['b', '2'],
    ])
  })

  it('SUB with a thousand topics', async () => {
    const publisher = await far(way, 'XPublisher')
    const subscriber = near('Subscriber', publisher)
    const topics = Array.from({ length: 1000 }, (_, index) => `topic-${String(index)}.`)
    subscriber.subscribe(...topics)
    const wishes = await publisher.receive(topics.length)
    expect(wishes.flat().sort()).toEqual(topics.map((topic) => `\x01${topic}`).sort())
    await publisher.send(...['topic-1000.', 'topic-7', ...topics].map((topic) => [topic, 'news']))
    const news = await received(subscriber, topics.length)
    expect(news).toEqual(topics.map((topic) => [topic, 'news']))
  })

  it('XSUB to XPUB, which sees subscriptions and messages', async () => {
    const publisher = await far(way, 'XPublisher')
    const subscriber = near('XSubscriber', publisher)
    await subscriber.send('\x01a')
    expect(await publisher.receive()).toEqual([['\x01a']])
    await subscriber.send('upstream')
    expect(await publisher.receive()).toEqual([['upstream']])
    await publisher.send(['b'], ['a', 'downstream'])
    expect(await received(subscriber)).toEqual([['a', 'downstream']])
    await subscriber.send('\x00a')
    expect(await publisher.receive()).toEqual([['\0a']])
  })

  it('XPUB to XSUB', async () => {
    const subscriber = await far(way, 'XSubscriber')
    const publisher = near('XPublisher', subscriber)
    await untilWanted(publisher, 'ready', () => subscriber.send(['\x01ready']))
    expect(await received(publisher)).toEqual([['\x01ready']])
    expect(await subscriber.receive()).toEqual([['ready']])
    await subscriber.send(['\x01a'])
    expect(await received(publisher)).toEqual([['\x01a']])
    await publisher.send('b')
    await publisher.send(['a', 'news'])
    expect(await subscriber.receive()).toEqual([['a', 'news']])
    await subscriber.send(['\0a'])
    expect(await received(publisher)).toEqual([['\0a']])
  })
})

function sender(publisher: { send(...messages: string[][]): Promise<void> }) {
  return { send: (text: string) => publisher.send([text]) }
}
