import type { Endpoint } from '../../src/endpoint.js'
import { WebSocketTransport } from '../../src/node/websocket.js'
import type { Batch, Session, Traffic } from '../../src/session/session.js'
import type { Accept, Listener, LocalEnd } from '../../src/transport/transport.js'
import type { Subscription } from '../../src/message.js'
import { encodeSubscriptionMessage } from '../../src/wire/subscription.js'
import { tls } from '../support/tls.js'
import { deserted } from '../support/transports.js'
import type { TransportTraits } from './transport-contract.js'
import { unresponsive } from './unresponsive.js'

/**
 * Over WebSocket subscriptions are messages, which a publisher tells from others. Here all ends do;
 * and each has the same certificate, which it trusts.
 */
class TestTransport extends WebSocketTransport {
  override async connect(
    endpoint: Endpoint,
    local: LocalEnd,
    signal: AbortSignal,
  ): Promise<Session> {
    return publishing(await super.connect(endpoint, trusting(local), signal))
  }

  override listen(endpoint: Endpoint, local: LocalEnd, accept: Accept): Listener {
    return super.listen(endpoint, trusting(local), (session) => {
      accept(publishing(session))
    })
  }
}

function trusting(local: LocalEnd): LocalEnd {
  const options = { ...local.options, tls }
  return Object.create(local, { options: { value: options } }) as LocalEnd
}

/** What ends have asked for: other messages may look the same. */
const subscriptions = new Set<string>()

function publishing(session: Session): Session {
  const start = session.start.bind(session)
  const subscribe = session.subscribe.bind(session)
  return Object.assign(session, {
    start: (traffic: Traffic) => {
      start(withSubscriptions(traffic))
    },
    subscribe: (subscription: Subscription) => {
      subscriptions.add(String(encodeSubscriptionMessage(subscription)[0]))
      subscribe(subscription)
    },
  })
}

function withSubscriptions(traffic: Traffic): Traffic {
  let over = false
  const deliver = (message: Uint8Array[]): boolean => {
    const [part = Buffer.alloc(0)] = message
    if (!subscriptions.has(String(part))) return traffic.deliver(message)
    traffic.subscription({ topic: part.subarray(1), on: part[0] === 1 })
    return traffic.room > 0
  }
  return {
    get room() {
      return traffic.room
    },
    deliver,
    deliverBatch: (batch: Batch) => {
      let room = true
      while (batch.count > 0 && !over) room = deliver(batch.next())
      return room
    },
    pull: () => traffic.pull(),
    subscription: (change) => traffic.subscription(change),
    discarded: (reason) => {
      traffic.discarded(reason)
    },
    drained: () => traffic.drained(),
    ended: (error) => {
      over = true
      traffic.ended(error)
    },
  }
}

/** What has no host, no port or no path that could be asked for. */
const malformed = [
  '127.0.0.1:0',
  '127.0.0.1:65536',
  '127.0.0.1:*/path',
  '*:5555',
  ':5555',
  '/path',
  'a b:5555/path',
  '127.0.0.1:5555/pa th',
  '127.0.0.1:5555/path#fragment',
  '127.0.0.1:5555/päth',
  '127.0.0.1:5555/path\r\nHost: elsewhere',
]

export function webSocketTraits(scheme: 'ws' | 'wss'): TransportTraits {
  const address = deserted.replace('tcp', scheme)
  return {
    create: () => new TestTransport(scheme),
    pending: () => unresponsive(scheme),
    unreachable: [{ title: 'nobody listens', address: () => address, code: 'ECONNREFUSED' }],
    malformed: malformed.map((text) => ({ address: `${scheme}://${text}`, code: 'EINVAL' })),
  }
}
