import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, it, onTestFinished } from 'vitest'
import { Publisher, Pull, Push } from 'zerowire'
import { EventLog } from '../support/events.js'
import { receiveMany } from '../support/messages.js'
import { track } from '../support/track.js'
import { bindFresh, deserted } from '../support/transports.js'
import { until } from '../support/turn.js'

type Told = Record<string, unknown>

/** What is published on a channel from now on. */
function listen(name: string): Told[] {
  const told: Told[] = []
  const hear = (message: unknown): void => {
    told.push(message as Told)
  }
  subscribe(`zerowire:${name}`, hear)
  onTestFinished(() => {
    unsubscribe(`zerowire:${name}`, hear)
  })
  return told
}

it('tells of sockets and their connections', async () => {
  const opened = listen('socket:open')
  const closed = listen('socket:close')
  const events = listen('socket:event')
  const connected = listen('connection:open')
  const disconnected = listen('connection:close')
  const pull = track(new Pull())
  const push = track(new Push({ linger: 0 }))
  const log = new EventLog(push)
  expect(opened).toEqual([{ socket: pull }, { socket: push }])
  push.connect(await bindFresh(pull))
  const event = await log.until('handshake')
  await until(() => connected.length === 2)
  expect(connected.find(({ socket }) => socket === push)?.['event']).toMatchObject({
    type: 'handshake',
    address: event.address,
    peer: { socketType: 'PULL' },
  })
  await push.close()
  await until(() => disconnected.length === 2)
  await pull.close()
  expect(closed).toEqual([{ socket: push }, { socket: pull }])
  const types = events.filter(({ socket }) => socket === push).map((told) => told['event'])
  const names = types.map((told) => (told as { type: string }).type)
  // Observers are told no more once the socket is closed.
  expect(names).toEqual([...log.types, 'disconnect'])
})

it('tells of each message, also to who comes later than the socket, and of its sender', async () => {
  const pull = track(new Pull())
  const push = track(new Push({ linger: 0 }))
  push.connect(await bindFresh(pull))
  await push.send('before')
  await receiveMany(pull, 1)
  const sent = listen('message:send')
  const received = listen('message:receive')
  await push.send(['two', 'parts'])
  await receiveMany(pull, 1)
  expect(sent).toMatchObject([{ socket: push, parts: 2, bytes: 8 }])
  expect(received).toMatchObject([
    { socket: pull, parts: 2, bytes: 8, peer: { socketType: 'PUSH' } },
  ])
  expect((received[0]?.['message'] as unknown[]).map(String)).toEqual(['two', 'parts'])
})

it('tells of errors and drops', async () => {
  const errors = listen('connection:error')
  const dropped = listen('message:drop')
  const push = track(new Push({ linger: 0 }))
  push.connect(deserted)
  await until(() => errors.length > 0)
  expect(errors[0]).toMatchObject({ socket: push, event: { error: { code: 'ECONNREFUSED' } } })
  const publisher = track(new Publisher())
  await publisher.send('to nobody')
  await until(() => dropped.length > 0)
  expect(dropped).toEqual([{ socket: publisher, reason: 'unsubscribed', count: 1 }])
})
