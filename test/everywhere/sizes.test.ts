import { describe, expect, it } from 'vitest'
import { far, inBrowser, near, ways, type Way } from '../support/everywhere.js'
import { describeMessage, toBytes } from '../support/far/parts.js'
import { received } from '../support/received.js'

const sizes = [0, 1, 254, 255, 256, 4096, 65_534, 65_535, 65_536, 70_000, 131_072, 1_048_576]

/** A browser refuses what it would have to send in fragments, which libzmq does not understand. */
function sendable(way: Way): number[] {
  const limit = inBrowser && way === 'zeromq' ? 65_535 : Infinity
  return sizes.filter((size) => size <= limit)
}

describe.each(ways)('over %s', (way) => {
  it('messages of any size go out', async () => {
    const pull = await far(way, 'Pull')
    const push = near('Push', pull)
    const messages = sendable(way).map((size, seed) => [{ size, seed }])
    for (const message of messages) await push.send(message.map(toBytes))
    expect(await pull.receive(messages.length)).toEqual(messages.map(describeMessage))
  })

  it('messages of any size come in', async () => {
    const push = await far(way, 'Push')
    const pull = near('Pull', push)
    const messages = sizes.map((size, seed) => [{ size, seed }])
    await push.send(...messages)
    expect(await received(pull, sizes.length)).toEqual(messages.map(describeMessage))
  })

  it('parts of any size make a message, there and back', async () => {
    const reply = await far(way, 'Reply')
    const request = near('Request', reply)
    const echo = reply.echo(1)
    const message = sendable(way).map((size, seed) => ({ size, seed }))
    await request.send(message.map(toBytes))
    expect(await received(request)).toEqual([describeMessage(message)])
    await echo
  })

  it('a hundred parts make a message', async () => {
    const pair = await far(way, 'Pair')
    const socket = near('Pair', pair)
    const parts = Array.from({ length: 100 }, (_, index) => `part ${String(index)}`)
    await socket.send(parts)
    expect(await pair.receive()).toEqual([parts])
    await pair.send(parts)
    expect(await received(socket)).toEqual([parts])
  })
})
