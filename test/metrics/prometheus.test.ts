import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Context, Publisher, Pull, Push, Subscriber, type Socket } from 'zerowire'
import { prometheusHandler, prometheusText } from 'zerowire/prometheus'
import { receiveMany } from '../support/messages.js'
import { holds } from '../support/property.js'
import { statsOf } from '../support/stats.js'
import { track } from '../support/track.js'
import { bindFresh } from '../support/transports.js'
import { untilPeers } from '../support/everywhere.js'
import { parseExposition, type Metric } from './exposition.js'

async function pair(
  context = new Context(),
): Promise<{ push: Push; pull: Pull; context: Context }> {
  const pull = track(new Pull({ context }))
  const push = track(new Push({ context, linger: 0 }))
  push.connect(await bindFresh(pull))
  for (let number = 0; number < 10; number += 1) await push.send('hello')
  await receiveMany(pull, 10)
  return { push, pull, context }
}

/** The values of a metric, by one of its labels. */
function values(metric: Metric | undefined, label: string): Record<string, number> {
  const samples = metric?.samples ?? []
  return Object.fromEntries<number>(
    samples.map(({ labels, value }) => [labels[label] ?? '', value]),
  )
}

/** What single peers have in store. */
function perPeer(socket: Socket): Metric | undefined {
  const metrics = parseExposition(prometheusText({ sockets: [socket], perPeer: true }))
  const metric = metrics.get('zerowire_peer_queued_messages')
  return metric && { ...metric, samples: metric.samples.filter(isIncoming) }
}

const isIncoming = ({ labels }: Metric['samples'][number]): boolean =>
  labels['direction'] === 'incoming'

describe('the figures of sockets as text for Prometheus', () => {
  it('are those of stats, by socket', async () => {
    const { push, pull, context } = await pair()
    const metrics = parseExposition(prometheusText({ sockets: context }))
    expect(values(metrics.get('zerowire_sent_messages_total'), 'type')).toEqual({
      PUSH: 10,
      PULL: 0,
    })
    expect(values(metrics.get('zerowire_received_messages_total'), 'type')).toEqual({
      PUSH: 0,
      PULL: 10,
    })
    expect(values(metrics.get('zerowire_received_bytes_total'), 'type')).toEqual({
      PUSH: statsOf(push).bytes.received,
      PULL: statsOf(pull).bytes.received,
    })
    expect(values(metrics.get('zerowire_dropped_messages_total'), 'reason')).toHaveProperty(
      'full',
      0,
    )
    const [{ labels } = { labels: {} }] = metrics.get('zerowire_peers')?.samples ?? []
    expect(labels).toMatchObject({ endpoint: pull.lastEndpoint })
    expect([...metrics.keys()].filter((name) => name.includes('_peer_'))).toEqual([])
  })

  it('are also those of peers, on demand and up to a number', async () => {
    const context = new Context()
    const publisher = track(new Publisher({ context, linger: 0 }))
    const address = await bindFresh(publisher)
    for (let count = 0; count < 5; count += 1) {
      track(new Subscriber({ context })).connect(address)
    }
    await untilPeers(publisher, 5)
    const sockets = [publisher]
    const all = parseExposition(prometheusText({ sockets, perPeer: true }))
    const peers = all.get('zerowire_peer_sent_messages_total')?.samples ?? []
    expect(new Set(peers.map(({ labels }) => labels['peer'])).size).toBe(5)
    const few = parseExposition(prometheusText({ sockets, perPeer: true, mostPeers: 2 }))
    const shown = few.get('zerowire_peer_sent_bytes_total')?.samples ?? []
    // The first that came, whatever becomes of the others: a counter must not go down.
    const [first, second] = statsOf(publisher).perPeer
    expect(shown.map(({ labels, value }) => [labels['peer_id'], value])).toEqual([
      [String(first?.id), first?.bytes.sent],
      [String(second?.id), second?.bytes.sent],
    ])
  })

  it('tell peers apart that have the same address, one after the other too', async () => {
    const pull = track(new Pull({ context: new Context() }))
    const address = await bindFresh(pull, 'inproc')
    const pushes = [1, 2, 3].map(() => track(new Push({ linger: 0, context: pull.context })))
    for (const [index, push] of pushes.entries()) {
      push.connect(address)
      await push.send('hello')
      expect(values(perPeer(pull), 'peer')).toEqual({ [address]: 1 })
      expect(perPeer(pull)?.samples).toHaveLength(index + 1)
    }
    const before = values(perPeer(pull), 'peer_id')
    await pushes[0]?.close()
    await receiveMany(pull, 3)
    await untilPeers(pull, 2)
    const after = Object.keys(values(perPeer(pull), 'peer_id'))
    expect(after).toEqual(Object.keys(before).slice(1))
  })

  it('leave closed sockets out, and say nothing where there are none', async () => {
    const { push, pull, context } = await pair()
    await push.close()
    expect(prometheusText({ sockets: [push] })).toBe('')
    const metrics = parseExposition(prometheusText({ sockets: context }))
    expect(Object.keys(values(metrics.get('zerowire_peers'), 'type'))).toEqual(['PULL'])
    await pull.close()
    expect(prometheusText({ sockets: context })).toBe('')
  })

  it('have names and labels of whatever characters', () => {
    const socket = track(new Push())
    holds(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        // The format knows no other end of a line, and no escape for one.
        const text = prometheusText({ sockets: [socket], name: () => name, prefix: 'app_zmq:' })
        const metrics = parseExposition(text)
        expect(metrics.get('app_zmq:peers')?.samples[0]?.labels['name']).toBe(name)
      }),
    )
  })

  it('are refused where the options make no sense', () => {
    expect(() => prometheusText({ prefix: '9 lives' })).toThrow(TypeError)
    expect(() => prometheusText({ mostPeers: -1 })).toThrow(
      new RangeError('mostPeers is a whole number from 0 on, not -1'),
    )
    expect(() => prometheusHandler({ prefix: '' })).toThrow(TypeError)
  })
})

describe('the handler', () => {
  async function serve(sockets: Socket[]): Promise<string> {
    const server = createServer(prometheusHandler({ sockets }))
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/metrics`
  }

  it('answers in the format that is asked for, with what is true then', async () => {
    const { push, pull } = await pair()
    const url = await serve([push, pull])
    const plain = await fetch(url)
    expect(plain.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(parseExposition(await plain.text()).get('zerowire_peers')?.type).toBe('gauge')
    await push.send('another')
    const accept = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2'
    const open = await fetch(url, { headers: { accept } })
    expect(open.headers.get('content-type')).toMatch(
      /^application\/openmetrics-text; version=1\.0\.0/,
    )
    const sent = parseExposition(await open.text(), true).get('zerowire_sent_messages')
    expect(values(sent, 'type')).toEqual({ PUSH: 11, PULL: 0 })
  })
})
