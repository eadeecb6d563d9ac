import type { Mechanism, MechanismHost, Outcome } from './mechanism.js'
import { NullMechanism } from './null.js'

/** The mechanism that the options ask for. All but a plain NULL are loaded when they are. */
export function createMechanism(host: MechanismHost): Mechanism {
  const simple = host.options.mechanism === 'NULL' && host.authenticator === undefined
  return simple ? new NullMechanism(host) : new Later(host)
}

/** A mechanism that is still to be loaded. */
class Later implements Mechanism {
  readonly #host: MechanismHost
  #mechanism: Mechanism | undefined
  #ended = false

  constructor(host: MechanismHost) {
    this.#host = host
  }

  get outcome(): Outcome | undefined {
    return this.#mechanism?.outcome
  }

  async start(): Promise<void> {
    const { createSecureMechanism } = await import('./secure.js')
    const mechanism = await createSecureMechanism(this.#host)
    this.#mechanism = mechanism
    if (this.#ended) mechanism.end?.()
    else await mechanism.start()
  }

  end(): void {
    this.#ended = true
    this.#mechanism?.end?.()
  }

  receive(command: Uint8Array): Promise<void> | undefined {
    return this.#mechanism?.receive(command)
  }
}
