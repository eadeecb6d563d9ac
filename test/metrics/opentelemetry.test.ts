import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type MetricData,
} from '@opentelemetry/sdk-metrics'
import { expect, it, onTestFinished } from 'vitest'
import { Context, Publisher, Pull, Push } from 'zerowire'
import { observeSockets } from 'zerowire/opentelemetry'
import { receiveMany } from '../support/messages.js'
import { statsOf } from '../support/stats.js'
import { track } from '../support/track.js'
import { bindFresh } from '../support/transports.js'

function provide(): { provider: MeterProvider; collect: () => Promise<Map<string, MetricData>> } {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  // It exports when it is told to.
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const provider = new MeterProvider({ readers: [reader] })
  onTestFinished(() => provider.shutdown())
  const collect = async (): Promise<Map<string, MetricData>> => {
    exporter.reset()
    await provider.forceFlush()
    const scopes = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)
    return new Map(scopes.flatMap(({ metrics }) => metrics).map((m) => [m.descriptor.name, m]))
  }
  return { provider, collect }
}

function pointsOf(metric: MetricData | undefined): { attributes: object; value: unknown }[] {
  return metric?.dataPoints.map(({ attributes, value }) => ({ attributes, value })) ?? []
}

it('gives the figures of sockets under the names of OpenTelemetry', async () => {
  const context = new Context()
  const pull = track(new Pull({ context }))
  const push = track(new Push({ context, linger: 0 }))
  const address = await bindFresh(pull)
  push.connect(address)
  for (let number = 0; number < 5; number += 1) await push.send('hello')
  await receiveMany(pull, 5)

  const { provider, collect } = provide()
  const stop = observeSockets(provider.getMeter('test'), { sockets: context })
  const metrics = await collect()
  const sent = metrics.get('messaging.client.sent.messages')
  expect(sent?.descriptor).toMatchObject({ unit: '{message}' })
  expect(sent?.dataPointType).toBe(DataPointType.SUM)
  const common = { 'messaging.system': 'zeromq', 'messaging.destination.name': address }
  const ofPush = { ...common, 'zerowire.socket.type': 'PUSH' }
  const ofPull = { ...common, 'zerowire.socket.type': 'PULL' }
  expect(pointsOf(sent)).toMatchObject([
    { attributes: { ...ofPull, 'messaging.operation.name': 'send' }, value: 0 },
    { attributes: { ...ofPush, 'messaging.operation.name': 'send' }, value: 5 },
  ])
  expect(pointsOf(metrics.get('messaging.client.consumed.messages'))).toMatchObject([
    { attributes: { ...ofPull, 'messaging.operation.name': 'receive' }, value: 5 },
    { attributes: { ...ofPush, 'messaging.operation.name': 'receive' }, value: 0 },
  ])
  expect(pointsOf(metrics.get('zerowire.received.bytes'))).toMatchObject([
    { attributes: ofPull, value: statsOf(pull).bytes.received },
    { attributes: ofPush, value: statsOf(push).bytes.received },
  ])
  expect(pointsOf(metrics.get('zerowire.queued.messages'))).toHaveLength(4)
  const { meanWait, measured } = statsOf(pull)
  const ofIncoming = expect.objectContaining({ 'zerowire.queue.direction': 'incoming' }) as object
  const waited = metrics.get('zerowire.queue.wait.time')
  expect(waited?.descriptor.unit).toBe('s')
  expect(pointsOf(waited)).toContainEqual({
    attributes: ofIncoming,
    value: (meanWait.incoming * measured.incoming) / 1000,
  })
  expect(pointsOf(metrics.get('zerowire.queue.wait.count'))).toContainEqual({
    attributes: ofIncoming,
    value: 5,
  })
  // What comes and goes is a sum that may go down, so that sockets can be added up.
  expect(metrics.get('zerowire.peers')).toMatchObject({
    dataPointType: DataPointType.SUM,
    isMonotonic: false,
  })

  stop()
  await push.send('unheard')
  expect(pointsOf((await collect()).get('messaging.client.sent.messages'))).toEqual(pointsOf(sent))
})

it('tells drops by reason', async () => {
  const publisher = track(new Publisher())
  for (let number = 0; number < 3; number += 1) await publisher.send('to nobody')
  const { provider, collect } = provide()
  observeSockets(provider.getMeter('test'), { sockets: [publisher], name: () => 'news' })
  const points = pointsOf((await collect()).get('zerowire.dropped.messages'))
  // It has no endpoint yet.
  for (const { attributes } of points) {
    expect(attributes).not.toHaveProperty(['messaging.destination.name'])
  }
  expect(points).toContainEqual({
    attributes: expect.objectContaining({
      'zerowire.drop.reason': 'unsubscribed',
      'zerowire.socket.name': 'news',
    }) as object,
    value: 3,
  })
})
