import { describe, expect, it } from 'vitest'
import { far, near, ways } from '../support/everywhere.js'
import { received } from '../support/received.js'

const numbers = Array.from({ length: 20_000 }, (_, index) => [String(index)])

describe.each(ways)('over %s twenty thousand messages stay in order', (way) => {
  it('on their way out', async () => {
    const pull = await far(way, 'Pull')
    const push = near('Push', pull)
    const all = pull.receive(numbers.length)
    for (const number of numbers) await push.send(number)
    expect(await all).toEqual(numbers)
    expect(push.stats).toMatchObject({ sent: numbers.length, dropped: { total: 0 } })
  })

  it('on their way in', async () => {
    const push = await far(way, 'Push')
    const pull = near('Pull', push)
    const sent = push.send(...numbers)
    expect(await received(pull, numbers.length)).toEqual(numbers)
    expect(pull.stats).toMatchObject({ received: numbers.length, queued: { incoming: 0 } })
    await sent
  })

  it('by the batch', async () => {
    const pair = await far(way, 'Pair')
    const socket = near('Pair', pair)
    const echo = pair.echo(numbers.length)
    const sent = socket.sendMany(numbers)
    const answers: string[] = []
    while (answers.length < numbers.length) {
      for (const [number] of await socket.receiveMany()) answers.push(String(number))
    }
    expect(answers).toEqual(numbers.flat())
    await Promise.all([sent, echo])
  })
})
