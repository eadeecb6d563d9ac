import { IpcTransport } from '../../src/node/ipc.js'
import { RawListener } from '../support/raw-peer.js'
import { describeTransport } from './transport-contract.js'

const tooLong = `ipc:///tmp/${'x'.repeat(200)}`

describeTransport('ipc', {
  create: () => new IpcTransport(),
  pendingAddress: async () => (await RawListener.listen('ipc')).address,
  unreachable: [
    { title: 'there is no such file', address: () => 'ipc:///nonexistent/socket', code: 'ENOENT' },
  ],
  malformed: [{ address: tooLong, code: 'ENAMETOOLONG' }],
})
