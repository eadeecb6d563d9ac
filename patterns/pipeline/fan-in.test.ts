import * as native from 'zeromq'
import { Pull, Push } from 'zerowire'
import { expect, it } from 'vitest'
import { texts } from '../../test/support/messages.js'
import { track } from '../../test/support/track.js'
import { endMarker, fanIn } from './index.js'

it('reads several inputs, those of other libraries included, until each has ended', async () => {
  const pull = track(new Pull())
  await pull.bind('tcp://127.0.0.1:*')
  const inputs = [track(new Push()), track(new native.Push())]
  for (const [index, push] of inputs.entries()) {
    push.connect(String(pull.lastEndpoint))
    await push.send('nobody has asked for this end, and it comes twice')
    await push.send(['', 'stranger'])
    for (let item = 0; item < 20; item++) await push.send([`${index}`, `${item}`])
    await push.send(endMarker(`input ${index}`))
  }
  const received: string[] = []
  for await (const message of fanIn(pull, ['input 0', 'input 1'])) {
    received.push(texts(message).join(' '))
  }
  expect(received.filter((line) => line.startsWith('0 '))).toHaveLength(20)
  expect(received.filter((line) => line.startsWith('1 '))).toHaveLength(20)
  expect(received).toHaveLength(42)
})

it('ends at once when there are no inputs', async () => {
  const pull = track(new Pull())
  expect(await fanIn(pull, []).next()).toEqual({ done: true, value: undefined })
})
