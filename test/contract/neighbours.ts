import type { Transport } from '../../src/transport/transport.js'
import { freshAddress } from '../support/transports.js'
import { describeTransport } from './transport-contract.js'

/** Connects in one thread or realm, listens in another. */
export function between(near: Transport, far: Transport): Transport {
  return {
    ...{ scheme: 'inproc', observable: false },
    check: (endpoint) => {
      near.check(endpoint)
    },
    ...(far.prepare && { prepare: far.prepare.bind(far) }),
    connect: (endpoint, local, signal) => near.connect(endpoint, local, signal),
    listen: (endpoint, local, accept) => far.listen(endpoint, local, accept),
  }
}

/** What inproc promises, also to those who are not in the same thread or realm. */
export function describeNeighbours(create: () => Transport): void {
  describeTransport('inproc', {
    create,
    pending: () => ({ address: freshAddress('inproc') }),
    unreachable: [],
    malformed: [{ address: `inproc://${'x'.repeat(256)}`, code: 'EINVAL' }],
  })
}
