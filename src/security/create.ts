import type { Mechanism, MechanismHost } from './mechanism.js'
import { NullMechanism } from './null.js'

/** The mechanism that the options ask for. All but a plain NULL are loaded when they are. */
export function createMechanism(host: MechanismHost): Mechanism | Promise<Mechanism> {
  const simple = host.options.mechanism === 'NULL' && host.authenticator === undefined
  if (simple) return new NullMechanism(host)
  return import('./secure.js').then(({ createSecureMechanism }) => createSecureMechanism(host))
}
