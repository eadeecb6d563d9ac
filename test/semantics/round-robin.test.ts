import { describe, expect, it } from 'vitest'
import { ours, type AnySocket, type SocketName } from '../support/implementations.js'
import { EventLog } from '../support/events.js'
import { receiveMany, receiveTexts } from '../support/messages.js'
import { open } from '../support/scope.js'
import { bindFresh, schemes } from '../support/transports.js'

/** Who takes what is dealt out, and what a message is like for it. */
const dealers: { out: SocketName; peer: SocketName }[] = [
  { out: 'Push', peer: 'Pull' },
  { out: 'Dealer', peer: 'Dealer' },
]

async function send(socket: AnySocket, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) await socket.send(String(number))
}

describe('Q-7 messages are dealt out in turn', () => {
  describe.each(schemes)('over %s', (scheme) => {
    it.each(dealers)('by a $out that connected', async ({ out, peer }) => {
      const peers = [open(ours, peer), open(ours, peer), open(ours, peer)]
      const sender = open(ours, out)
      for (const each of peers) sender.connect(await bindFresh(each, scheme))
      await send(sender, 7)
      const received = await Promise.all([
        receiveMany(peers[0] as AnySocket, 3),
        receiveMany(peers[1] as AnySocket, 2),
        receiveMany(peers[2] as AnySocket, 2),
      ])
      expect(received.map((messages) => messages.flat())).toEqual([
        ['0', '3', '6'],
        ['1', '4'],
        ['2', '5'],
      ])
    })
  })

  it.each(dealers)('by a $out that is bound, in the order of arrival', async ({ out, peer }) => {
    const sender = open(ours, out)
    const log = new EventLog(sender)
    const address = await bindFresh(sender)
    const peers: AnySocket[] = []
    for (let count = 1; count <= 3; count += 1) {
      const each = open(ours, peer)
      each.connect(address)
      await log.until('handshake', count)
      peers.push(each)
    }
    await send(sender, 6)
    const received = await Promise.all(peers.map((each) => receiveMany(each, 2)))
    expect(received.map((messages) => messages.flat())).toEqual([
      ['0', '3'],
      ['1', '4'],
      ['2', '5'],
    ])
  })

  it('the parts of a message stay together', async () => {
    const peers = [open(ours, 'Pull'), open(ours, 'Pull')]
    const push = open(ours, 'Push')
    for (const each of peers) push.connect(await bindFresh(each))
    await push.send(['a', 'b', 'c'])
    await push.send(['d', 'e'])
    const received = await Promise.all(peers.map((each) => receiveTexts(each)))
    expect(received).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ])
  })

  it('a full peer is passed over', async () => {
    const marks = [1, 3, 5]
    const push = open(ours, 'Push', { sendHighWaterMark: 1, sendTimeout: 0 })
    const peers: AnySocket[] = []
    for (const receiveHighWaterMark of marks) {
      const pull = open(ours, 'Pull', { receiveHighWaterMark })
      push.connect(await bindFresh(pull, 'inproc'))
      peers.push(pull)
    }
    await send(push, 12)
    await expect(push.send('no room')).rejects.toMatchObject({ code: 'EAGAIN' })
    const received = await Promise.all(
      peers.map((each, index) => receiveMany(each, 1 + (marks[index] ?? 0))),
    )
    const numbers = received.map((messages) => messages.flat().map(Number))
    expect(numbers[0]).toEqual([0, 3])
    for (const own of numbers) expect(own).toEqual(own.toSorted((a, b) => a - b))
    expect(numbers.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n))
  })

  it('REQ asks the next peer each time', async () => {
    const services = ['a', 'b', 'c'].map((name) => ({ name, reply: open(ours, 'Reply') }))
    const request = open(ours, 'Request')
    for (const { reply } of services) request.connect(await bindFresh(reply))
    const answers: string[] = []
    for (const { name, reply } of [...services, ...services]) {
      await request.send('who are you?')
      await reply.receive()
      await reply.send(name)
      answers.push(...(await receiveTexts(request)))
    }
    expect(answers).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
  })
})

describe('Q-8 peers are read in turn', () => {
  const readers: { sender: SocketName; reader: SocketName }[] = [
    { sender: 'Push', reader: 'Pull' },
    { sender: 'Dealer', reader: 'Dealer' },
    { sender: 'Dealer', reader: 'Router' },
  ]

  it.each(readers)('by a $reader', async ({ sender, reader }) => {
    const bound = open(ours, reader)
    const address = await bindFresh(bound, 'inproc')
    for (const name of ['a', 'b', 'c']) {
      const socket = open(ours, sender)
      socket.connect(address)
      for (let number = 0; number < 3; number += 1) await socket.send(`${name}${String(number)}`)
    }
    const received = await receiveMany(bound, 9)
    const order = received.map((parts) => parts.at(-1))
    expect(order).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'c1', 'a2', 'b2', 'c2'])
  })

  it('by a REP', async () => {
    const reply = open(ours, 'Reply')
    const address = await bindFresh(reply, 'inproc')
    for (const name of ['a', 'b']) {
      const dealer = open(ours, 'Dealer')
      dealer.connect(address)
      for (const number of ['0', '1']) await dealer.send(['', `${name}${number}`])
    }
    const order: string[] = []
    for (let count = 0; count < 4; count += 1) {
      order.push(...(await receiveTexts(reply)))
      await reply.send('')
    }
    expect(order).toEqual(['a0', 'b0', 'a1', 'b1'])
  })

  it('by a SUB', async () => {
    const subscriber = open(ours, 'Subscriber')
    subscriber.subscribe()
    const publishers: AnySocket[] = []
    for (const name of ['a', 'b']) {
      const publisher = open(ours, 'XPublisher')
      subscriber.connect(await bindFresh(publisher, 'inproc'))
      expect(await receiveTexts(publisher)).toEqual(['\x01'])
      for (const number of ['0', '1']) await publisher.send(`${name}${number}`)
      publishers.push(publisher)
    }
    const order = (await receiveMany(subscriber, 4)).flat()
    expect(order).toEqual(['a0', 'b0', 'a1', 'b1'])
  })

  it.each(['tcp', 'ipc', 'ws'] as const)('over %s nobody is left out', async (scheme) => {
    const pull = open(ours, 'Pull', { receiveHighWaterMark: 10 })
    const address = await bindFresh(pull, scheme)
    const names = ['a', 'b', 'c', 'd']
    const pushes = names.map((name) => {
      const push = open(ours, 'Push', { sendHighWaterMark: 10 })
      push.connect(address)
      return { name, push }
    })
    const ROUNDS = 200
    const sending = pushes.map(async ({ name, push }) => {
      for (let round = 0; round < ROUNDS; round += 1) await push.send([name, String(round)])
    })
    const next = new Map(names.map((name) => [name, 0]))
    for (const [name = '', round] of await receiveMany(pull, names.length * ROUNDS)) {
      expect(Number(round)).toBe(next.get(name))
      next.set(name, Number(round) + 1)
    }
    await Promise.all(sending)
  })
})
