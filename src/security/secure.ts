import { loadEngine } from '#engine'
import { random } from './box.js'
import { CurveClient } from './curve-client.js'
import { CurveServer } from './curve-server.js'
import type { Mechanism, MechanismHost } from './mechanism.js'
import { AskingNull } from './asking-null.js'
import { PlainClient, PlainServer } from './plain.js'

/** The mechanisms that few sockets use, in a file that only those load. */
export async function createSecureMechanism(host: MechanismHost): Promise<Mechanism> {
  const { mechanism, asServer } = host.options
  if (mechanism === 'NULL') return new AskingNull(host)
  if (mechanism === 'PLAIN') return asServer ? new PlainServer(host) : new PlainClient(host)
  const tools = { engine: await loadEngine(), random, now: () => performance.now() }
  return asServer ? new CurveServer(host, tools) : new CurveClient(host, tools)
}
