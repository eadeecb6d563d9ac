/**
 * The figures of sockets for OpenTelemetry: `zerowire/opentelemetry`, in Node only. Names are those of
 * OpenTelemetry's conventions for messaging where there are any, and begin with `zerowire.` where there are none.
 *
 * @module zerowire/opentelemetry
 */
import type { Meter, Observable } from '@opentelemetry/api'
import { FAMILIES, valuesOf, type Family } from './metrics/families.js'
import { measure, type MetricsOptions } from './metrics/sockets.js'

export type { MetricsOptions }

/** Families for which the conventions have a name, and what is being done in their words. */
const AGREED: Readonly<Record<string, readonly [name: string, operation: string]>> = {
  sent_messages: ['messaging.client.sent.messages', 'send'],
  received_messages: ['messaging.client.consumed.messages', 'receive'],
}

/** What labels are called here. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  id: 'zerowire.socket.id',
  name: 'zerowire.socket.name',
  type: 'zerowire.socket.type',
  endpoint: 'messaging.destination.name',
  direction: 'zerowire.queue.direction',
  reason: 'zerowire.drop.reason',
  code: 'error.type',
}

/**
 * Has a meter ask sockets for their figures whenever somebody wants to know. It adds instruments and one
 * callback to the meter; a socket does nothing for it. Attributes of every value: `messaging.system` (`zeromq`),
 * `messaging.operation.name`, `messaging.destination.name` (the endpoint last bound or connected), `zerowire.socket.id` and
 * `zerowire.socket.type`. Figures of single peers are for `socket.stats`: their number would have no limit here.
 *
 * | instrument | unit | |
 * | --- | --- | --- |
 * | `messaging.client.sent.messages` | `{message}` | counter |
 * | `messaging.client.consumed.messages` | `{message}` | counter |
 * | `zerowire.sent.bytes`, `zerowire.received.bytes` | `By` | counters |
 * | `zerowire.queued.messages` | `{message}` | gauge, `zerowire.queue.direction` |
 * | `zerowire.queue.wait` | `s` | gauge, the mean so far, `zerowire.queue.direction` |
 * | `zerowire.dropped.messages` | `{message}` | counter, `zerowire.drop.reason` |
 * | `zerowire.peers` | `{peer}` | gauge |
 * | `zerowire.connections`, `zerowire.reconnects`, `zerowire.handshake.failures` | `{connection}` | counters |
 * | `zerowire.last.error.timestamp` | `s` | gauge, since 1970, `error.type` |
 *
 * @param meter from a provider of `@opentelemetry/sdk-metrics`, say.
 * @returns what ends it: readers that add up may go on to tell what they were told last.
 * @throws RangeError when options are none.
 */
export function observeSockets(
  meter: Meter,
  options: Omit<MetricsOptions, 'perPeer' | 'mostPeers'> = {},
): () => void {
  measure(options)
  const instruments = FAMILIES.map((family) => [family, instrumentOf(meter, family)] as const)
  const observe: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
    const measured = measure(options)
    for (const [family, instrument] of instruments) {
      const operation = AGREED[family.name]?.[1]
      for (const [labels, value] of valuesOf(family, measured)) {
        const named = Object.entries(labels).map(([name, text]) => [ATTRIBUTES[name] ?? name, text])
        result.observe(instrument, value, {
          'messaging.system': 'zeromq',
          ...(operation !== undefined && { 'messaging.operation.name': operation }),
          ...(Object.fromEntries(named) as Record<string, string>),
        })
      }
    }
  }
  const observables = instruments.map(([, instrument]) => instrument)
  meter.addBatchObservableCallback(observe, observables)
  return () => {
    meter.removeBatchObservableCallback(observe, observables)
  }
}

function instrumentOf(meter: Meter, { name, kind, unit, help }: Family): Observable {
  const own = `zerowire.${name.replace(/_seconds$/, '').replaceAll('_', '.')}`
  const options = { unit, description: help }
  return kind === 'counter'
    ? meter.createObservableCounter(AGREED[name]?.[0] ?? own, options)
    : meter.createObservableGauge(own, options)
}
