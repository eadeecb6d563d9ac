import { ZmqError } from '../errors.js'
import type { Mechanism, MechanismHost } from './mechanism.js'
import { PlainClient, PlainServer } from './plain.js'

/** The mechanisms that few sockets use, in a file that only those load. */
export async function createSecureMechanism(host: MechanismHost): Promise<Mechanism> {
  const { mechanism, asServer } = host.options
  if (mechanism === 'PLAIN') return asServer ? new PlainServer(host) : new PlainClient(host)
  await Promise.resolve()
  throw new ZmqError('ENOTSUP', { reason: 'CURVE is not there yet' })
}
