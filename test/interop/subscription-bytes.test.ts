import { describe, expect, it } from 'vitest'
import { ours } from '../support/implementations.js'
import { bytes, receiveMany, receiveTexts } from '../support/messages.js'
import { RawListener, RawPeer } from '../support/raw-peer.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { COMMAND, command, greeting, GREETING_SIZE, LONG, message, ready } from '../support/wire.js'

const subscribe = (topic: string) => command('SUBSCRIBE', Buffer.from(topic, 'latin1'))
const cancel = (topic: string) => command('CANCEL', Buffer.from(topic, 'latin1'))

describe('a subscriber', () => {
  async function subscriberAndPeer(minor: number) {
    const listener = await RawListener.listen()
    const subscriber = open(ours, 'Subscriber')
    subscriber.connect(listener.address)
    const peer = await listener.accept()
    peer.write(greeting({ minor }))
    await peer.read(GREETING_SIZE)
    peer.write(ready('PUB'))
    await peer.readFrame()
    return { subscriber, peer }
  }

  it.each([
    { minor: 1, flags: COMMAND, subscribed: '\x09SUBSCRIBEtopic', cancelled: '\x06CANCELtopic' },
    { minor: 0, flags: 0, subscribed: '\x01topic', cancelled: '\x00topic' },
  ])('says it to a 3.$minor peer with the flags $flags', async (expected) => {
    const { subscriber, peer } = await subscriberAndPeer(expected.minor)
    subscriber.subscribe('topic')
    const subscribed = await peer.readFrame()
    expect(subscribed).toEqual({ flags: expected.flags, body: Buffer.from(expected.subscribed) })
    subscriber.unsubscribe('topic')
    const cancelled = await peer.readFrame()
    expect(cancelled).toEqual({ flags: expected.flags, body: Buffer.from(expected.cancelled) })
  })

  it('uses a long frame as soon as the command has 256 bytes', async () => {
    const { subscriber, peer } = await subscriberAndPeer(1)
    subscriber.subscribe('x'.repeat(245))
    subscriber.subscribe('y'.repeat(246))
    expect((await peer.readFrame()).flags).toBe(COMMAND)
    const { flags, body } = await peer.readFrame()
    expect(flags).toBe(COMMAND | LONG)
    expect(body.length).toBe(256)
  })

  it('sends what it had subscribed to before, each topic once', async () => {
    const listener = await RawListener.listen()
    const subscriber = open(ours, 'Subscriber')
    for (const topic of ['b', 'a', 'b', 'gone']) subscriber.subscribe(topic)
    subscriber.unsubscribe('gone')
    subscriber.connect(listener.address)
    const peer = await listener.accept()
    await peer.handshake('PUB')
    const topics = [await peer.readFrame(), await peer.readFrame()].map(({ body }) => String(body))
    expect(topics.sort()).toEqual(['\x09SUBSCRIBEa', '\x09SUBSCRIBEb'])
    subscriber.subscribe('end')
    expect(String((await peer.readFrame()).body)).toBe('\x09SUBSCRIBEend')
  })

  it('sends the raw subscriptions of XSUB, made before or after it connects', async () => {
    const listener = await RawListener.listen()
    const subscriber = open(ours, 'XSubscriber')
    await subscriber.send('\x01early')
    subscriber.connect(listener.address)
    const peer = await listener.accept()
    await peer.handshake('PUB')
    expect(String((await peer.readFrame()).body)).toBe('\x09SUBSCRIBEearly')
    await subscriber.send('\x01late')
    // As it was sent or as a command: publishers take both.
    expect(['\x01late', '\x09SUBSCRIBElate']).toContain(String((await peer.readFrame()).body))
  })
})

describe('a publisher', () => {
  async function publisherAndPeer(minor = 1) {
    const publisher = open(ours, 'XPublisher')
    const peer = await RawPeer.connect(await bindFresh(publisher))
    peer.write(greeting({ minor }))
    await peer.read(GREETING_SIZE)
    peer.write(ready('SUB'))
    await peer.readFrame()
    return { publisher, peer }
  }

  it.each([0, 1])('takes both encodings from a 3.%i peer, at any time', async (minor) => {
    const { publisher, peer } = await publisherAndPeer(minor)
    peer.write(subscribe('a'), message('\x01b'), message('\x00a'), cancel('b'))
    expect(await receiveMany(publisher, 4)).toEqual([['\x01a'], ['\x01b'], ['\x00a'], ['\x00b']])
  })

  it('keeps a set: one CANCEL ends any number of SUBSCRIBEs', async () => {
    const { publisher, peer } = await publisherAndPeer()
    peer.write(subscribe('a'), subscribe('a'), subscribe('end'), cancel('a'))
    expect(await receiveMany(publisher, 3)).toEqual([['\x01a'], ['\x01end'], ['\x00a']])
    await publisher.send('a')
    await publisher.send('end')
    expect(String((await peer.readFrame()).body)).toBe('end')
  })

  it('survives CANCEL of what was never subscribed', async () => {
    const { publisher, peer } = await publisherAndPeer()
    peer.write(cancel('ghost'), subscribe('a'))
    let [notice] = await receiveTexts(publisher)
    if (notice === '\x00ghost') [notice] = await receiveTexts(publisher)
    expect(notice).toBe('\x01a')
  })

  it('hands on what is no subscription', async () => {
    const { publisher, peer } = await publisherAndPeer()
    peer.write(message('hello', 'world'), message(''))
    expect(await receiveMany(publisher, 2)).toEqual([['hello', 'world'], ['']])
  })

  it.each([
    { title: 'empty', topic: '' },
    { title: 'binary', topic: '\x00\x01\xff' },
    { title: 'long', topic: 'x'.repeat(10_000) },
  ])('takes a topic that is $title', async ({ topic }) => {
    const { publisher, peer } = await publisherAndPeer()
    peer.write(subscribe(topic))
    expect(await receiveTexts(publisher)).toEqual([`\x01${topic}`])
    await publisher.send(bytes(`${topic}!`))
    expect((await peer.readFrame()).body.toString('latin1')).toBe(`${topic}!`)
  })
})
