import { describe, expect, it } from 'vitest'
import { curveKeyPair } from 'zerowire'
import { bodies, rejection, Station, take, type Stranger } from './test/station.js'
import { until } from '../../test/support/turn.js'

/** All that comes in between may come. */
async function waitForAnswers(stranger: Stranger, numbers: readonly string[]): Promise<void> {
  for (const number of numbers) {
    let answer: string[]
    do answer = await stranger.next()
    while (answer[1] !== 'DONE')
    expect(answer).toEqual(['QUEUE1', 'DONE', number])
  }
}

describe('a queue', () => {
  it('hands a message to a consumer, and forgets it when that is done with it', async () => {
    const station = await Station.open()
    const producer = station.producer()
    const properties = { colour: 'grün', lines: 'a\nb' }
    await producer.send('orders', 'a book', { id: 'order-1', properties })
    expect(station.broker.queue('orders')).toMatchObject({ length: 1, ready: 1, inFlight: 0 })

    const consumer = await station.consumer('orders')
    const [order] = await take(consumer, 1)
    expect(order).toMatchObject({ id: 'order-1', properties, deliveries: 1, sent: 1_000_000 })
    expect(order?.body.toString()).toBe('a book')
    expect(order?.death).toBeUndefined()
    expect(station.broker.queue('orders')).toMatchObject({ length: 1, ready: 0, inFlight: 1 })

    await order?.ack()
    expect(station.broker.queue('orders')).toMatchObject({ length: 0, inFlight: 0, bytes: 0 })
    expect(station.broker.stats).toMatchObject({ sent: 1, delivered: 1, deleted: 1, failed: 0 })
  })

  it('has messages of any size, in the order of the calls', async () => {
    const station = await Station.open()
    const producer = station.producer()
    const consumer = await station.consumer('q', { prefetch: 1000 })
    const sizes = [0, 1, 100_000, 70_000, 64, 0, 500_000]
    const sent = sizes.map((size, i) => producer.send('q', Buffer.alloc(size, i)))
    const got = await take(consumer, sizes.length)
    expect(got.map(({ body }) => body.length)).toEqual(sizes)
    await Promise.all(sent)
  })

  it('keeps the order of thousands that are under way together', async () => {
    const station = await Station.open()
    const producer = station.producer({ inFlight: 300 })
    const consumer = await station.consumer('q', { prefetch: 1000 })
    const texts = Array.from({ length: 5000 }, (_, i) => String(i))
    const sent = Promise.all([
      ...texts.slice(0, 2500).map((text) => producer.send('q', text)),
      producer.sendAll(
        'q',
        texts.slice(2500).map((body) => ({ body })),
      ),
    ])
    const got: string[] = []
    while (got.length < texts.length) {
      const some = await consumer.receive()
      got.push(...bodies(some))
      for (const delivery of some) void delivery.ack()
    }
    expect(got).toEqual(texts)
    await sent
    await consumer.close()
    expect(station.broker.queue('q')).toMatchObject({ length: 0 })
    expect(producer.pending).toBe(0)
  })

  it('gives each message to one of many consumers, and to none more than it asked for', async () => {
    const station = await Station.open()
    const producer = station.producer()
    const few = await station.consumer('q', { prefetch: 2 })
    const many = await station.consumer('q', { prefetch: 6 })
    await producer.sendAll(
      'q',
      Array.from({ length: 20 }, (_, i) => ({ body: String(i) })),
    )
    const [some, more] = [await take(few, 2), await take(many, 6)]
    expect(station.broker.queue('q')).toMatchObject({ inFlight: 8, ready: 12 })
    // In turn, as long as both have room.
    expect(bodies(some)).toEqual(['0', '2'])
    expect(bodies(more)).toEqual(['1', '3', '4', '5', '6', '7'])
    await some[0]?.ack()
    expect(bodies(await take(few, 1))).toEqual(['8'])
    expect(station.broker.queue('q')).toMatchObject({ length: 19, inFlight: 8 })
  })

  it('is read by an iterator, until the consumer is closed', async () => {
    const station = await Station.open()
    await station.producer().sendAll('q', [{ body: 'a' }, { body: 'b' }])
    const consumer = await station.consumer('q')
    const got: string[] = []
    for await (const delivery of consumer) {
      got.push(delivery.body.toString())
      void delivery.ack()
      if (got.length === 2) void consumer.close()
    }
    expect(got).toEqual(['a', 'b'])
    expect(await consumer.receive()).toEqual([])
    await consumer.close()
    expect(station.broker.queue('q')).toMatchObject({ length: 0 })
  })
})

describe('keys', () => {
  it('are for the sockets', async () => {
    const [server, client] = [curveKeyPair(), curveKeyPair()]
    const options = { curveServer: true, curveSecretKey: server.secretKey, linger: 0 }
    const station = await Station.open({ socket: options })
    const socket = {
      ...{ curvePublicKey: client.publicKey, curveSecretKey: client.secretKey },
      curveServerKey: server.publicKey,
    }
    await station.producer({ socket }).send('q', 'secret')
    const consumer = await station.consumer('q', { socket })
    expect(bodies(await take(consumer, 1))).toEqual(['secret'])
  })
})

describe('a message that was not acknowledged', () => {
  it('is delivered again when it is given back, before others, and counted', async () => {
    const station = await Station.open()
    await station.producer().sendAll('q', [{ body: 'a' }, { body: 'b' }])
    const consumer = await station.consumer('q', { prefetch: 1 })
    const [first] = await take(consumer, 1)
    await first?.nack()
    const [again] = await take(consumer, 1)
    expect(again?.body.toString()).toBe('a')
    expect(again?.deliveries).toBe(2)
    expect(station.broker.stats.failed).toBe(1)
    await again?.ack()
    expect(bodies(await take(consumer, 1))).toEqual(['b'])
  })

  it('waits when it is given back for later', async () => {
    const station = await Station.open()
    await station.producer().sendAll('q', [{ body: 'a' }, { body: 'b' }])
    const consumer = await station.consumer('q', { prefetch: 1 })
    const [first] = await take(consumer, 1)
    await first?.nack(5000)
    expect(station.broker.queue('q')).toMatchObject({ delayed: 1 })
    const [other] = await take(consumer, 1)
    expect(other?.body.toString()).toBe('b')
    station.clock.advance(4900)
    expect(station.broker.queue('q')).toMatchObject({ delayed: 1 })
    station.clock.advance(100)
    expect(station.broker.queue('q')).toMatchObject({ delayed: 0, ready: 1 })
    await other?.ack()
    expect(bodies(await take(consumer, 1))).toEqual(['a'])
  })

  it('is received again when its time is over, which can be made longer', async () => {
    const station = await Station.open({ queues: { q: { visibility: 10_000 } } })
    await station.producer().sendAll('q', [{ body: 'a' }, { body: 'b' }])
    const consumer = await station.consumer('q', { prefetch: 2 })
    const [a, b] = await take(consumer, 2)
    await b?.renew(25_000)
    station.clock.advance(10_000)
    const [again] = await take(consumer, 1)
    expect(again).toMatchObject({ id: a?.id, deliveries: 2 })
    station.clock.advance(15_000)
    const got = await take(consumer, 2)
    expect(got.map(({ deliveries }) => deliveries)).toEqual([3, 2])
    // What was processed need not be processed again, whoever has it now.
    await a?.ack()
    await b?.ack()
    expect(station.broker.queue('q')).toMatchObject({ length: 0 })
    await got[0]?.ack()
    expect(station.broker.stats).toMatchObject({ deleted: 2, failed: 3 })
  })

  it('is no longer for a consumer to give back when another one has it', async () => {
    const station = await Station.open({ queues: { q: { visibility: 10_000 } } })
    await station.producer().send('q', 'a')
    const slow = station.stranger()
    await slow.say('QUEUE1', 'RECEIVE', 'q', '1')
    expect(await slow.next()).toEqual(['QUEUE1', 'HEARTBEAT'])
    const [, , facts = ''] = await slow.next()
    const other = await station.consumer('q')
    station.clock.advance(10_000)
    // Whoever it goes to now, the slow one does not want it.
    await slow.say('QUEUE1', 'CANCEL', '1')
    const [delivery] = await take(other, 1)
    const [receipt = ''] = facts.split(' ')
    for (const [command, ...time] of [['RETURN', '0'], ['REJECT'], ['RENEW', '0']] as const) {
      await slow.say('QUEUE1', command, '2', 'q', receipt, ...time)
    }
    await waitForAnswers(slow, ['1', '2', '2', '2'])
    expect(station.broker.queue('q')).toMatchObject({ inFlight: 1 })
    expect(station.broker.stats).toMatchObject({ failed: 1, dropped: 0 })
    await delivery?.ack()
  })

  it('comes back at once when its consumer has gone, as failed or as never received', async () => {
    const station = await Station.open()
    await station.producer().sendAll('q', [{ body: 'a' }, { body: 'b' }])
    const stranger = station.stranger()
    await stranger.say('QUEUE1', 'RECEIVE', 'q', '1')
    await until(() => station.broker.stats.delivered === 1)
    await stranger.close()
    await until(() => station.broker.stats.consumers === 0)
    expect(station.broker.stats.failed).toBe(1)

    const polite = await station.consumer('q')
    await take(polite, 1)
    await polite.close()
    expect(station.broker.queue('q')).toMatchObject({ ready: 2 })
    const next = await station.consumer('q')
    const deliveries = (await take(next, 2)).map((delivery) => delivery.deliveries)
    expect(deliveries).toEqual([2, 1])
  })

  it('is settled once', async () => {
    const station = await Station.open()
    await station.producer().send('q', 'a')
    const consumer = await station.consumer('q')
    const [delivery] = await take(consumer, 1)
    await delivery?.ack()
    for (const again of [
      delivery?.ack(),
      delivery?.nack(),
      delivery?.reject(),
      delivery?.renew(1),
    ]) {
      expect(await rejection(again ?? Promise.resolve())).toBe('EFSM')
    }
    await consumer.close()
  })
})

describe('time', () => {
  it('brings delayed messages, not earlier', async () => {
    const station = await Station.open()
    const producer = station.producer()
    await producer.send('q', 'later', { delay: 1000 })
    await producer.send('q', 'much later', { delay: 60_000 })
    await producer.send('q', 'now')
    const consumer = await station.consumer('q')
    expect(bodies(await take(consumer, 1))).toEqual(['now'])
    station.clock.advance(1000)
    expect(bodies(await take(consumer, 1))).toEqual(['later'])
    station.clock.advance(58_900)
    expect(station.broker.queue('q')).toMatchObject({ delayed: 1 })
    station.clock.advance(100)
    expect(bodies(await take(consumer, 1))).toEqual(['much later'])
  })

  it('takes expired messages away, whether somebody looks or not', async () => {
    const station = await Station.open()
    const producer = station.producer()
    await producer.send('q', 'short', { ttl: 50 })
    await producer.send('q', 'late', { delay: 1000, ttl: 500 })
    await producer.send('q', 'long', { ttl: 10_000 })
    station.clock.advance(50)
    const consumer = await station.consumer('q')
    const [long] = await take(consumer, 1)
    expect(long?.body.toString()).toBe('long')
    station.clock.advance(500)
    await until(() => station.broker.queue('q')?.length === 1)
    expect(station.broker.stats).toMatchObject({ expired: 2, dropped: 2 })
    // It is being processed, and expires only if it comes back.
    station.clock.advance(10_000)
    expect(station.broker.queue('q')).toMatchObject({ inFlight: 1 })
    await long?.nack()
    station.clock.advance(100)
    await until(() => station.broker.queue('q')?.length === 0)
    expect(station.broker.stats.expired).toBe(3)
  })
})

describe('a queue of dead letters', () => {
  it('has what was delivered too often, was rejected or has expired, and says so', async () => {
    const queues = { q: { maxDeliveries: 2, deadLetters: 'dead' } }
    const station = await Station.open({ queues })
    const producer = station.producer()
    await producer.send('q', 'poison', { id: 'p', properties: { a: 'b' } })
    await producer.send('q', 'wrong')
    await producer.send('q', 'old', { ttl: 1000 })
    const consumer = await station.consumer('q', { prefetch: 1 })
    await (await take(consumer, 1))[0]?.nack()
    await (await take(consumer, 1))[0]?.nack()
    const [wrong] = await take(consumer, 1)
    station.clock.advance(1000)
    await wrong?.reject()
    await until(() => station.broker.queue('dead')?.length === 3)
    expect(station.broker.queue('q')).toMatchObject({ length: 0, bytes: 0 })
    expect(station.broker.stats).toMatchObject({ deadLettered: 3, dropped: 0, expired: 1 })

    const undertaker = await station.consumer('dead')
    const dead = await take(undertaker, 3)
    const facts = dead.map(({ body, death }) => `${body.toString()}: ${death?.reason ?? ''}`)
    expect(facts.sort()).toEqual(['old: expired', 'poison: undeliverable', 'wrong: rejected'])
    const poison = dead.find(({ id }) => id === 'p')
    expect(poison).toMatchObject({ deliveries: 1, properties: { a: 'b' }, death: { queue: 'q' } })
  })

  it('leaves those that it has no room for where they are, but for the expired', async () => {
    const queues = { q: { maxDeliveries: 1, deadLetters: 'dead' }, dead: { maxLength: 1 } }
    const station = await Station.open({ queues })
    const producer = station.producer()
    await producer.sendAll('q', [{ body: 'a' }, { body: 'b' }, { body: 'c', ttl: 500 }])
    const consumer = await station.consumer('q', { prefetch: 1 })
    await (await take(consumer, 1))[0]?.reject()
    const [b] = await take(consumer, 1)
    await b?.reject()
    const [again] = await take(consumer, 1)
    expect(again).toMatchObject({ id: b?.id, deliveries: 2 })
    station.clock.advance(500)
    await until(() => station.broker.queue('q')?.length === 1)
    expect(station.broker.stats).toMatchObject({ deadLettered: 1, dropped: 1, expired: 1 })
  })

  it('is not needed: what nobody wants is deleted then, and counted', async () => {
    const station = await Station.open({ defaults: { maxDeliveries: 1 } })
    await station.producer().sendAll('q', [{ body: 'a' }, { body: 'b' }])
    const consumer = await station.consumer('q', { prefetch: 1 })
    await (await take(consumer, 1))[0]?.nack()
    await (await take(consumer, 1))[0]?.reject()
    expect(station.broker.queue('q')).toMatchObject({ length: 0 })
    expect(station.broker.stats.dropped).toBe(2)
  })
})
