import { TcpTransport } from '../../src/node/tcp.js'
import { RawListener } from '../support/raw-peer.js'
import { deserted } from '../support/transports.js'
import { describeTransport } from './transport-contract.js'

describeTransport('tcp', {
  create: () => new TcpTransport(),
  pendingAddress: async () => (await RawListener.listen('tcp')).address,
  unreachable: [{ title: 'nobody listens', address: () => deserted, code: 'ECONNREFUSED' }],
  malformed: [
    { address: 'tcp://127.0.0.1', code: 'EINVAL' },
    { address: 'tcp://127.0.0.1:0', code: 'EINVAL' },
    { address: 'tcp://127.0.0.1:65536', code: 'EINVAL' },
    { address: 'tcp://*:5555', code: 'EINVAL' },
    { address: 'tcp://a b:5555', code: 'EINVAL' },
  ],
})
