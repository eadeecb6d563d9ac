import { describe, expect, it } from 'vitest'
import { native, ours } from '../support/implementations.js'
import { pattern } from '../support/messages.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

const KiB = 1024
const MiB = 1024 * KiB

/** Around the switch to long frames, the buffers of the reference and our own chunks. */
const sizes = [
  0,
  1,
  127,
  128,
  129,
  254,
  255,
  256,
  257,
  8191,
  8192,
  8193,
  64 * KiB - 1,
  64 * KiB,
  64 * KiB + 1,
  MiB,
  64 * MiB,
]

const partCounts = [1, 2, 10, 1000]

const directions = [
  { title: 'ours to native', sender: ours, receiver: native },
  { title: 'native to ours', sender: native, receiver: ours },
]

describe.each(directions)('$title', ({ sender, receiver }) => {
  async function connected() {
    const push = open(sender, 'Push')
    const pull = open(receiver, 'Pull')
    push.connect(await bindFresh(pull))
    return { push, pull }
  }

  it.each(sizes)('a part of %i bytes', async (size) => {
    const { push, pull } = await connected()
    const sent = pattern(size)
    await push.send(sent)
    const [received, ...more] = await pull.receive()
    expect(more).toEqual([])
    expect(received?.length).toBe(size)
    expect(received?.equals(sent)).toBe(true)
  })

  it('parts of all those sizes in one message', async () => {
    const { push, pull } = await connected()
    const sent = sizes.slice(0, -1).map((size, index) => pattern(size, index))
    await push.send(sent)
    const received = await pull.receive()
    expect(received.map((part) => part.length)).toEqual(sent.map((part) => part.length))
    expect(Buffer.concat(received).equals(Buffer.concat(sent))).toBe(true)
  })

  it.each(partCounts)('a message of %i parts', async (count) => {
    const { push, pull } = await connected()
    const sent = Array.from({ length: count }, (_, index) => pattern(index, index))
    await push.send(sent)
    expect(await pull.receive()).toEqual(sent)
  })
})
