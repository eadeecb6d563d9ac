import { describe, expect, it } from 'vitest'
import { itOurs, ours, type SocketName } from '../support/implementations.js'
import { EventLog } from '../support/events.js'
import { receiveTexts } from '../support/messages.js'
import { RawListener, RawPeer } from '../support/raw-peer.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import {
  COMMAND,
  command,
  frame,
  greeting,
  GREETING_SIZE,
  message,
  property,
  ready,
} from '../support/wire.js'

const SIGNATURE_SIZE = 10

/** A PULL of ours and a raw connection to it. */
async function pullAndPeer() {
  const pull = open(ours, 'Pull')
  const events = new EventLog(pull)
  const peer = await RawPeer.connect(await bindFresh(pull))
  return { pull, events, peer }
}

describe('the greeting', () => {
  it('has the 64 bytes of ZMTP 3.1', async () => {
    const { peer } = await pullAndPeer()
    peer.write(greeting())
    const bytes = await peer.read(GREETING_SIZE)
    expect([bytes[0], bytes[9]]).toEqual([0xff, 0x7f])
    expect([...bytes.subarray(10, 12)]).toEqual([3, 1])
    expect(bytes.toString('latin1', 12, 32)).toBe('NULL'.padEnd(20, '\0'))
    expect(bytes.subarray(32)).toEqual(Buffer.alloc(32))
  })

  it('starts before anything came, and never waits for more than was answered', async () => {
    const { peer } = await pullAndPeer()
    const mine = greeting()
    const signature = await peer.read(SIGNATURE_SIZE)
    expect([signature[0], signature[9]]).toEqual([0xff, 0x7f])
    peer.write(mine.subarray(0, SIGNATURE_SIZE))
    expect((await peer.read(1))[0]).toBe(3)
    peer.write(mine.subarray(SIGNATURE_SIZE, SIGNATURE_SIZE + 1))
    await peer.read(GREETING_SIZE - SIGNATURE_SIZE - 1)
  })

  it('comes first from the connecting side, too', async () => {
    const listener = await RawListener.listen()
    const push = open(ours, 'Push')
    push.connect(listener.address)
    const peer = await listener.accept()
    const signature = await peer.read(SIGNATURE_SIZE)
    expect([signature[0], signature[9]]).toEqual([0xff, 0x7f])
  })

  it('may arrive byte by byte, as may the rest', async () => {
    const { pull, peer } = await pullAndPeer()
    for (const byte of Buffer.concat([greeting(), ready('PUSH')])) peer.write(Buffer.of(byte))
    await peer.read(GREETING_SIZE)
    await peer.readFrame()
    for (const byte of message('one', 'two')) peer.write(Buffer.of(byte))
    expect(await receiveTexts(pull)).toEqual(['one', 'two'])
  })

  it('may arrive in one piece with READY', async () => {
    const { pull, peer } = await pullAndPeer()
    peer.write(greeting(), ready('PUSH'))
    await peer.read(GREETING_SIZE)
    await peer.readFrame()
    peer.write(message('hello'))
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })

  it.each([
    { title: 'version 3.0', bytes: greeting({ minor: 0 }) },
    { title: 'version 3.9', bytes: greeting({ minor: 9 }) },
    { title: 'version 4.0', bytes: greeting({ major: 4, minor: 0 }) },
    { title: 'version 255.255', bytes: greeting({ major: 255, minor: 255 }) },
    { title: 'a padded signature', bytes: greeting().fill(0x5a, 1, 9) },
    { title: 'a filler that is not zero', bytes: greeting().fill(0x5a, 33) },
  ])('is accepted with $title', async ({ bytes }) => {
    const { pull, peer } = await pullAndPeer()
    peer.write(bytes)
    await peer.read(GREETING_SIZE)
    peer.write(ready('PUSH'))
    await peer.readFrame()
    peer.write(message('hello'))
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })

  const foreign = ['PLAIN', 'CURVE', 'null', 'NULL\0x', '']

  it.each(foreign)('with mechanism %j ends the connection of a NULL socket', async (mechanism) => {
    const { events, peer } = await pullAndPeer()
    peer.write(greeting({ mechanism }))
    await peer.closed
    const { error } = await events.until('handshake:error:protocol')
    expect(error.code).toBe('ERR_ZMTP_MECHANISM_MISMATCH')
  })

  // Else two sides that disagree could wait for each other for ever.
  itOurs('is completed even for a peer that will not do', async () => {
    const { peer } = await pullAndPeer()
    peer.write(greeting({ mechanism: 'PLAIN' }))
    expect(await peer.read(GREETING_SIZE)).toEqual(greeting())
    await peer.closed
  })
})

describe('READY', () => {
  const types: { type: SocketName; wireName: string; peer: string; hasIdentity: boolean }[] = [
    { type: 'Request', wireName: 'REQ', peer: 'REP', hasIdentity: true },
    { type: 'Reply', wireName: 'REP', peer: 'REQ', hasIdentity: false },
    { type: 'Dealer', wireName: 'DEALER', peer: 'ROUTER', hasIdentity: true },
    { type: 'Router', wireName: 'ROUTER', peer: 'DEALER', hasIdentity: true },
    { type: 'Publisher', wireName: 'PUB', peer: 'SUB', hasIdentity: false },
    { type: 'Subscriber', wireName: 'SUB', peer: 'PUB', hasIdentity: false },
    { type: 'XPublisher', wireName: 'XPUB', peer: 'SUB', hasIdentity: false },
    { type: 'XSubscriber', wireName: 'XSUB', peer: 'PUB', hasIdentity: false },
    { type: 'Push', wireName: 'PUSH', peer: 'PULL', hasIdentity: false },
    { type: 'Pull', wireName: 'PULL', peer: 'PUSH', hasIdentity: false },
    { type: 'Pair', wireName: 'PAIR', peer: 'PAIR', hasIdentity: false },
  ]

  it.each(types)('of $wireName names its type', async ({ type, wireName, peer, hasIdentity }) => {
    const peerOf = await RawPeer.connect(await bindFresh(open(ours, type)))
    const { flags, body } = await peerOf.handshake(peer)
    expect(frame(flags, body)).toEqual(ready(wireName, hasIdentity ? '' : undefined))
  })

  it('of a DEALER has these very bytes', async () => {
    const peer = await RawPeer.connect(await bindFresh(open(ours, 'Dealer')))
    const { flags, body } = await peer.handshake('ROUTER')
    expect(frame(flags, body).toString('hex')).toBe(
      '04290552454144590b536f636b65742d54797065000000064445414c4552084964656e7469747900000000',
    )
  })

  it('carries the routing id', async () => {
    const listener = await RawListener.listen()
    open(ours, 'Dealer', { routingId: 'worker-1' }).connect(listener.address)
    const peer = await listener.accept()
    const { flags, body } = await peer.handshake('ROUTER')
    expect(frame(flags, body)).toEqual(ready('DEALER', 'worker-1'))
  })

  it.each([
    { title: 'without Socket-Type', body: Buffer.alloc(0) },
    {
      title: 'with properties it does not know',
      body: Buffer.concat([
        property('X-Shoe-Size', '42'),
        property('Socket-Type', 'PUSH'),
        property('Resource', 'a/b'),
      ]),
    },
    {
      title: 'of more than 255 bytes',
      body: Buffer.concat([property('Socket-Type', 'PUSH'), property('X-Long', 'x'.repeat(1000))]),
    },
  ])('is accepted $title', async ({ body }) => {
    const { pull, peer } = await pullAndPeer()
    peer.write(greeting())
    await peer.read(GREETING_SIZE)
    peer.write(command('READY', body))
    await peer.readFrame()
    peer.write(message('hello'))
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })

  const malformed = [
    { title: 'a property longer than the rest', body: ready('PUSH').subarray(2, -1) },
    {
      title: 'a stray byte at the end',
      body: Buffer.concat([ready('PUSH').subarray(2), Buffer.of(1)]),
    },
  ]

  it.each(malformed)('with $title ends the connection', async ({ body }) => {
    const { peer } = await pullAndPeer()
    peer.write(greeting())
    await peer.read(GREETING_SIZE)
    peer.write(frame(COMMAND, body))
    await peer.closed
  })

  itOurs.each(malformed)('with $title is told as an event', async ({ body }) => {
    const { events, peer } = await pullAndPeer()
    peer.write(greeting())
    await peer.read(GREETING_SIZE)
    peer.write(frame(COMMAND, body))
    const { error } = await events.until('handshake:error:protocol')
    expect(error.code).toBe('ERR_ZMTP_INVALID_METADATA')
  })

  const unfit = [
    { title: 'an incompatible type', socketType: 'SUB' },
    { title: 'a type nobody knows', socketType: 'FOO' },
  ]

  it.each(unfit)('with $title ends the connection', async ({ socketType }) => {
    const { peer } = await pullAndPeer()
    peer.write(greeting())
    await peer.read(GREETING_SIZE)
    peer.write(ready(socketType))
    await peer.closed
  })

  itOurs.each(unfit)('with $title is told as an event', async ({ socketType }) => {
    const { events, peer } = await pullAndPeer()
    peer.write(greeting())
    await peer.read(GREETING_SIZE)
    peer.write(ready(socketType))
    await events.until('handshake:error:protocol')
  })
})
