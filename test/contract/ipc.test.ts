import { IpcTransport } from '../../src/node/ipc.js'
import { describeTransport } from './transport-contract.js'
import { unresponsive } from './unresponsive.js'

const tooLong = `ipc:///tmp/${'x'.repeat(200)}`

describeTransport('ipc', {
  create: () => new IpcTransport(),
  pending: () => unresponsive('ipc'),
  unreachable: [
    { title: 'there is no such file', address: () => 'ipc:///nonexistent/socket', code: 'ENOENT' },
  ],
  malformed: [{ address: tooLong, code: 'ENAMETOOLONG' }],
})
