/**
 * The figures of sockets for OpenTelemetry: `zerowire/opentelemetry`, in Node only. Names are those of
 * OpenTelemetry's conventions for messaging where there are any, and begin with `zerowire.` where there are none.
 *
 * @module zerowire/opentelemetry
 */
import type { Meter, Observable } from '@opentelemetry/api'
import { FAMILIES, valuesOf, type Family, type FamilyName } from './metrics/families.js'
import { measure, type MetricsOptions } from './metrics/sockets.js'

export type { MetricsOptions }

/** What families are called here and, where the conventions have a name, what is being done in their words. */
const NAMES: Readonly<Record<FamilyName, readonly [name: string, operation?: string]>> = {
  sent_messages: ['messaging.client.sent.messages', 'send'],
  received_messages: ['messaging.client.consumed.messages', 'receive'],
  sent_bytes: ['zerowire.sent.bytes'],
  received_bytes: ['zerowire.received.bytes'],
  queued_messages: ['zerowire.queued.messages'],
  queue_wait_seconds: ['zerowire.queue.wait.time'],
  queue_waits: ['zerowire.queue.wait.count'],
  dropped_messages: ['zerowire.dropped.messages'],
  peers: ['zerowire.peers'],
  connections: ['zerowire.connections'],
  reconnects: ['zerowire.reconnects'],
  handshake_failures: ['zerowire.handshake_failures'],
  last_error_timestamp_seconds: ['zerowire.last_error.timestamp'],
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
 * `messaging.operation.name`, `messaging.destination.name` (the endpoint last bound or connected, if any), `zerowire.socket.id` and
 * `zerowire.socket.type`. Figures of single peers are for `socket.stats`: their number would have no limit here.
 *
 * | instrument | unit | |
 * | --- | --- | --- |
 * | `messaging.client.sent.messages` | `{message}` | counter |
 * | `messaging.client.consumed.messages` | `{message}` | counter |
 * | `zerowire.sent.bytes`, `zerowire.received.bytes` | `By` | counters |
 * | `zerowire.queued.messages` | `{message}` | up-down counter, `zerowire.queue.direction` |
 * | `zerowire.queue.wait.time` | `s` | counter, of all that were measured, `zerowire.queue.direction` |
 * | `zerowire.queue.wait.count` | `{message}` | counter, those that were measured, `zerowire.queue.direction` |
 * | `zerowire.dropped.messages` | `{message}` | counter, `zerowire.drop.reason` |
 * | `zerowire.peers` | `{peer}` | up-down counter |
 * | `zerowire.connections`, `zerowire.reconnects`, `zerowire.handshake_failures` | `{connection}` | counters |
 * | `zerowire.last_error.timestamp` | `s` | gauge, since 1970, `error.type` |
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
      const [, operation] = NAMES[family.name]
      for (const [labels, value] of valuesOf(family, measured)) {
        // An attribute that nothing is known of is left out.
        const known = Object.entries(labels).filter(([, text]) => text !== '')
        const named = known.map(([name, text]) => [ATTRIBUTES[name] ?? name, text])
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
  const [instrument] = NAMES[name]
  const options = { unit, description: help }
  if (kind === 'counter') return meter.createObservableCounter(instrument, options)
  if (kind === 'level') return meter.createObservableUpDownCounter(instrument, options)
  return meter.createObservableGauge(instrument, options)
}
