import { describe, expect, it } from 'vitest'
import { far, near, untilPeers } from '../support/everywhere.js'
import { describeMessage, toBytes } from '../support/far/parts.js'
import { synchronise, untilWanted } from '../support/pubsub.js'
import { received } from '../support/received.js'

describe('a listener of jszmq', () => {
  it('PULL gets what is pushed', async () => {
    const pull = await far('jszmq', 'Pull')
    const push = near('Push', pull)
    const messages = [['one'], ['two', '', '\0\xff'], [{ size: 65_535 }]]
    for (const message of messages) await push.send(message.map(toBytes))
    expect(await pull.receive(3)).toEqual(messages.map(describeMessage))
  })

  it('PUSH sends what is pulled, in order', async () => {
    const push = await far('jszmq', 'Push')
    const pull = near('Pull', push)
    const numbers = Array.from({ length: 1000 }, (_, index) => [String(index)])
    await push.send(...numbers)
    expect(await received(pull, numbers.length)).toEqual(numbers)
  })

  it('REP answers', async () => {
    const reply = await far('jszmq', 'Reply')
    const request = near('Request', reply)
    const echo = reply.echo(3)
    for (const question of [['one'], ['two', 'parts'], ['']]) {
      await request.send(question)
      expect(await received(request)).toEqual([question])
    }
    await echo
  })

  it('ROUTER knows whom it talks to, DEALER need not', async () => {
    const router = await far('jszmq', 'Router')
    const dealer = near('Dealer', router)
    await dealer.send(['hello'])
    const [[id = '', ...hello] = []] = await router.receive()
    expect(hello).toEqual(['hello'])
    await router.send([id, 'and', 'you'])
    expect(await received(dealer)).toEqual([['and', 'you']])
  })

  it('DEALER is answered by a ROUTER', async () => {
    const dealer = await far('jszmq', 'Dealer')
    const router = near('Router', dealer)
    await untilPeers(router)
    await dealer.send(['hello'])
    const [id, hello] = await router.receive()
    expect(String(hello)).toBe('hello')
    await router.send([id as Uint8Array, 'back'])
    expect(await dealer.receive()).toEqual([['back']])
  })

  it('PAIR talks both ways', async () => {
    const pair = await far('jszmq', 'Pair')
    const socket = near('Pair', pair)
    await socket.send(['a', 'b'])
    expect(await pair.receive()).toEqual([['a', 'b']])
    await pair.send(['c', 'd'])
    expect(await received(socket)).toEqual([['c', 'd']])
  })

  it('PUB publishes what is subscribed to', async () => {
    const publisher = await far('jszmq', 'Publisher')
    const subscriber = near('Subscriber', publisher)
    subscriber.subscribe('a', 'sync')
    await synchronise({ send: (text: string) => publisher.send([text]) }, subscriber)
    await publisher.send(['b', 'not this'], ['a', 'this'])
    expect(await received(subscriber)).toEqual([['a', 'this']])
  })

  it('SUB gets what it asked for', async () => {
    const subscriber = await far('jszmq', 'Subscriber', { subscribe: ['a'] })
    const publisher = near('Publisher', subscriber)
    await untilWanted(publisher, 'a')
    await publisher.send('b')
    await publisher.send('ab')
    expect(await subscriber.receive(2)).toEqual([['a'], ['ab']])
  })

  it('goes and comes back, and subscriptions are restored', async () => {
    const publisher = await far('jszmq', 'XPublisher')
    const subscriber = near('Subscriber', publisher)
    subscriber.subscribe('a')
    expect(await publisher.receive()).toEqual([['\x01a']])
    await publisher.reopen()
    expect(await publisher.receive()).toEqual([['\x01a']])
    await publisher.send(['a'])
    expect(await received(subscriber)).toEqual([['a']])
  })
})
