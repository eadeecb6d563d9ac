import { InprocTransport } from '../../src/transport/inproc.js'
import { freshAddress } from '../support/transports.js'
import { describeTransport } from './transport-contract.js'

describeTransport('inproc', {
  create: () => new InprocTransport(),
  pendingAddress: () => freshAddress('inproc'),
  unreachable: [],
  malformed: [{ address: `inproc://${'x'.repeat(256)}`, code: 'EINVAL' }],
})
