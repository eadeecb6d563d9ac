import { TcpTransport } from '../../src/node/tcp.js'
import { deserted } from '../support/transports.js'
import { describeTransport } from './transport-contract.js'
import { unresponsive } from './unresponsive.js'

describeTransport('tcp', {
  create: () => new TcpTransport(),
  pending: () => unresponsive('tcp'),
  unreachable: [{ title: 'nobody listens', address: () => deserted, code: 'ECONNREFUSED' }],
  malformed: [
    { address: 'tcp://127.0.0.1', code: 'EINVAL' },
    { address: 'tcp://127.0.0.1:0', code: 'EINVAL' },
    { address: 'tcp://127.0.0.1:65536', code: 'EINVAL' },
    { address: 'tcp://*:5555', code: 'EINVAL' },
    { address: 'tcp://a b:5555', code: 'EINVAL' },
  ],
})
