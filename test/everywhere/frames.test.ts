import { describe, expect, it } from 'vitest'
import type { MessageLike } from 'zerowire'
import { far, near, ways } from '../support/everywhere.js'
import { describeMessage } from '../support/far/parts.js'

const encoder = new TextEncoder()

/** One character a byte, as far ends tell text. */
function utf8(text: string): string {
  return String.fromCharCode(...encoder.encode(text))
}

const texts = ['', 'plain', 'Grüße', '日本語', '😀', '\ufeffmarked', 'x'.repeat(300)]

/** What can be sent, and the bytes that it stands for. */
const values: { value: MessageLike | MessageLike[]; parts: string[] }[] = [
  { value: 'text', parts: ['text'] },
  { value: 'ü', parts: ['\xc3\xbc'] },
  { value: 12.5, parts: ['12.5'] },
  { value: null, parts: [''] },
  { value: new Uint8Array([0, 255]), parts: ['\0\xff'] },
  { value: new Uint8Array([1, 2, 3, 4]).subarray(1, 3), parts: ['\x02\x03'] },
  { value: new Uint8Array([9, 8]).buffer, parts: ['\x09\x08'] },
  { value: new DataView(new Uint8Array([5, 6, 7]).buffer, 1), parts: ['\x06\x07'] },
  { value: new Uint16Array([0x0101]), parts: ['\x01\x01'] },
  { value: ['a', 1, null, new Uint8Array([2])], parts: ['a', '1', '', '\x02'] },
]

describe.each(ways)('over %s', (way) => {
  it('a frame is bytes whose toString() decodes UTF-8', async () => {
    const push = await far(way, 'Push')
    const pull = near('Pull', push)
    await push.send(texts.map(utf8))
    const frames = await pull.receive()
    expect(frames.map((frame) => frame.toString())).toEqual(texts)
    expect(frames.map(String)).toEqual(texts)
    expect(frames.every((frame) => frame instanceof Uint8Array)).toBe(true)
    expect(describeMessage(frames)).toEqual(describeMessage(texts.map(utf8)))
  })

  it('bytes that are no text stay what they are', async () => {
    const pair = await far(way, 'Pair')
    const socket = near('Pair', pair)
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    await socket.send(every)
    expect(await pair.receive()).toEqual([describeMessage([every])])
    await pair.send(describeMessage([every]))
    const [frame = new Uint8Array()] = await socket.receive()
    expect([...frame]).toEqual([...every])
    expect(frame.toString()).toContain('\ufffd')
  })

  it('everything that can be sent arrives as its bytes', async () => {
    const pull = await far(way, 'Pull')
    const push = near('Push', pull)
    for (const { value } of values) await push.send(value)
    expect(await pull.receive(values.length)).toEqual(values.map(({ parts }) => parts))
  })

  it('short parts may change as soon as they are sent', async () => {
    const pull = await far(way, 'Pull')
    const push = near('Push', pull)
    const bytes = encoder.encode('before')
    await push.send(bytes)
    bytes.fill(0)
    expect(await pull.receive()).toEqual([['before']])
  })

  it('a frame belongs to the receiver', async () => {
    const push = await far(way, 'Push')
    const pull = near('Pull', push)
    await push.send(['aaaa'], ['bbbb'])
    const [first] = await pull.receive()
    first?.fill(0)
    const [second] = await pull.receive()
    second?.fill(1)
    expect([String(first), String(second)]).toEqual(['\0'.repeat(4), '\x01'.repeat(4)])
  })

  it('a frame can be sent on', async () => {
    const pair = await far(way, 'Pair')
    const socket = near('Pair', pair)
    await pair.send(['from', 'there', { size: 5000 }])
    await socket.send(await socket.receive())
    const message = ['from', 'there', { size: 5000 }]
    expect(await pair.receive()).toEqual([describeMessage(message)])
  })
})
