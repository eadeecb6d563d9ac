import { describe, expect, it } from 'vitest'
import { describeOurs, native, ours, type Options } from '../support/implementations.js'
import { EventLog } from '../support/events.js'
import { bytes, receiveTexts } from '../support/messages.js'
import { RawPeer } from '../support/raw-peer.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { MORE } from '../support/wire.js'

const REQUEST_ID_SIZE = 4

const directions = [
  { title: 'our REQ, native service', requesting: ours, serving: native },
  { title: 'native REQ, our service', requesting: native, serving: ours },
]

describe.each(directions)('$title', ({ requesting, serving }) => {
  async function requestTo(service: 'Reply' | 'Router' | 'Dealer', options: Options = {}) {
    const server = open(serving, service)
    const request = open(requesting, 'Request', options)
    request.connect(await bindFresh(server))
    return { request, server }
  }

  it('many questions, each with its answer', async () => {
    const { request, server } = await requestTo('Reply')
    const work = (async () => {
      for (let count = 0; count < 1000; count += 1) {
        const [question = ''] = await receiveTexts(server)
        await server.send([`re: ${question}`, ''])
      }
    })()
    for (let count = 0; count < 1000; count += 1) {
      await request.send(String(count))
      expect(await receiveTexts(request)).toEqual([`re: ${String(count)}`, ''])
    }
    await work
  })

  it('correlate: ids differ from question to question', async () => {
    const { request, server } = await requestTo('Router', { correlate: true })
    const ids: string[] = []
    for (let count = 0; count < 3; count += 1) {
      await request.send('question')
      const message = await server.receive()
      ids.push(String(message[1]?.toString('hex')))
      await server.send(message)
      await request.receive()
    }
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('correlate works with a REP, which knows nothing of it', async () => {
    const { request, server } = await requestTo('Reply', { correlate: true })
    await request.send('question')
    expect(await receiveTexts(server)).toEqual(['question'])
    await server.send('answer')
    expect(await receiveTexts(request)).toEqual(['answer'])
  })

  it('relaxed survives a service that dies with the question', async () => {
    const first = open(serving, 'Reply')
    const firstAddress = await bindFresh(first)
    const request = open(requesting, 'Request', { relaxed: true, correlate: true })
    const log = new EventLog(request)
    request.connect(firstAddress)
    await request.send('question')
    expect(await receiveTexts(first)).toEqual(['question'])
    first.close()
    await log.until('disconnect')
    request.disconnect(firstAddress)
    const second = open(serving, 'Reply')
    request.connect(await bindFresh(second))
    await request.send('question again')
    expect(await receiveTexts(second)).toEqual(['question again'])
    await second.send('answer')
    expect(await receiveTexts(request)).toEqual(['answer'])
  })
})

// The reference passes over them as well, but its receive() may reject EAGAIN when it has.
describeOurs('our REQ passes over answers to other questions', () => {
  async function requestTo(options: Options) {
    const server = open(native, 'Router')
    const request = open(ours, 'Request', options)
    request.connect(await bindFresh(server))
    return { request, server }
  }

  it('correlate: the answer must carry the id of the question', async () => {
    const { request, server } = await requestTo({ correlate: true })
    await request.send('question')
    const [peer, id, delimiter, body] = await server.receive()
    expect(id?.length).toBe(REQUEST_ID_SIZE)
    expect([String(delimiter), String(body)]).toEqual(['', 'question'])
    const other = Buffer.from(id ?? []).fill(0x55)
    await server.send([peer ?? '', other, '', 'wrong id'])
    await server.send([peer ?? '', '', 'no id'])
    await server.send([peer ?? '', id ?? '', '', 'right'])
    expect(await receiveTexts(request)).toEqual(['right'])
  })

  it('relaxed and correlate: a second question supersedes the first', async () => {
    const { request, server } = await requestTo({ relaxed: true, correlate: true })
    await request.send('first')
    const first = await server.receive()
    await request.send('second')
    const second = await server.receive()
    await server.send([...first.slice(0, -1), 'late answer'])
    await server.send([...second.slice(0, -1), 'answer'])
    expect(await receiveTexts(request)).toEqual(['answer'])
  })

  it('relaxed and correlate: an answer that had arrived already is forgotten', async () => {
    const { request, server } = await requestTo({ relaxed: true, correlate: true })
    await request.send('first')
    await server.send([...(await server.receive()).slice(0, -1), 'stale'])
    await request.send('second')
    await server.send([...(await server.receive()).slice(0, -1), 'fresh'])
    expect(await receiveTexts(request)).toEqual(['fresh'])
  })
})

describe.each(directions)('REP envelopes, $title turned round', ({ requesting, serving }) => {
  async function dealerTo() {
    const reply = open(serving, 'Reply')
    const dealer = open(requesting, 'Dealer')
    dealer.connect(await bindFresh(reply))
    return { reply, dealer }
  }

  it.each([
    { title: 'no hop', envelope: [] },
    { title: 'one hop', envelope: ['a'] },
    { title: 'several hops', envelope: ['a', 'bb', '\x00ccc', 'x'.repeat(300)] },
    { title: '255 hops', envelope: Array.from({ length: 255 }, (_, hop) => `hop ${String(hop)}`) },
  ])('$title: comes back as it was', async ({ envelope }) => {
    const { reply, dealer } = await dealerTo()
    await dealer.send(bytes(...envelope, '', 'question', '', 'tail'))
    expect(await receiveTexts(reply)).toEqual(['question', '', 'tail'])
    await reply.send(['', 'answer'])
    expect(await receiveTexts(dealer)).toEqual([...envelope, '', '', 'answer'])
  })

  it('what has no delimiter is passed over', async () => {
    const { reply, dealer } = await dealerTo()
    await dealer.send(['no', 'delimiter'])
    await dealer.send(['', 'question'])
    expect(await receiveTexts(reply)).toEqual(['question'])
    await reply.send('answer')
    expect(await receiveTexts(dealer)).toEqual(['', 'answer'])
  })

  it('an empty body is a question, too', async () => {
    const { reply, dealer } = await dealerTo()
    await dealer.send(['', ''])
    expect(await receiveTexts(reply)).toEqual([''])
    await reply.send('')
    expect(await receiveTexts(dealer)).toEqual(['', ''])
  })
})

it('a REQ on the wire is an empty frame and the body', async () => {
  const request = open(ours, 'Request')
  const peer = await RawPeer.connect(await bindFresh(request))
  await peer.handshake('REP')
  await request.send(['one', 'two'])
  const frames = [await peer.readFrame(), await peer.readFrame(), await peer.readFrame()]
  expect(frames.map(({ flags, body }) => [flags, String(body)])).toEqual([
    [MORE, ''],
    [MORE, 'one'],
    [0, 'two'],
  ])
})
