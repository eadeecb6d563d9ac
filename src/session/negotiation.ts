import { createMechanism } from '../security/create.js'
import type { Mechanism, MechanismHost, Outcome } from '../security/mechanism.js'
import { concat } from '../util/bytes.js'
import type { Codec } from '../wire/codec.js'
import { properties, type Progress } from './dialect.js'
import type { Connection, LocalPeer } from './session.js'

/** The commands of a mechanism, one after the other: while one is waited for, what comes stays in the decoder. */
export class Negotiation {
  readonly #host: MechanismHost
  /** Undefined before it has begun, and while it is loaded. */
  #mechanism: Mechanism | undefined
  #waiting = false
  #abort: AbortController | undefined
  #over = false

  constructor(local: LocalPeer, codec: Codec, connection: Connection) {
    this.#host = {
      say: (command) => {
        codec.encoder.command(command)
      },
      properties: concat(properties(local)),
      options: local.options,
      accepted: connection.accepted,
      authenticator: local.authenticator?.(connection, () => this.#gone()),
      codec,
    }
  }

  begin(): Progress<Outcome> {
    const mechanism = createMechanism(this.#host)
    const use = (made: Mechanism): Promise<void> | undefined => {
      this.#mechanism = made
      if (!this.#over) return made.start()
      // It has keys, and came too late.
      made.end?.()
      return undefined
    }
    return this.#after(mechanism instanceof Promise ? mechanism.then(use) : use(mechanism))
  }

  /** Takes bytes. @throws ZmqError what the peer did wrong. */
  receive(chunk: Uint8Array): Progress<Outcome> {
    this.#host.codec.decoder.push(chunk)
    return this.#waiting ? undefined : this.#proceed()
  }

  /** The conversation is over: whatever is waited for no longer matters. */
  end(): void {
    this.#over = true
    this.#abort?.abort()
    this.#mechanism?.end?.()
  }

  #gone(): AbortSignal {
    this.#abort ??= new AbortController()
    return this.#abort.signal
  }

  #proceed(): Progress<Outcome> {
    const mechanism = this.#mechanism
    while (mechanism !== undefined && mechanism.outcome === undefined) {
      const command = this.#host.codec.decoder.nextCommand()
      if (command === undefined) return undefined
      const wait = mechanism.receive(command)
      if (wait !== undefined) return this.#after(wait)
    }
    return mechanism?.outcome
  }

  #after(wait: Promise<void> | undefined): Progress<Outcome> {
    if (wait === undefined) return this.#proceed()
    this.#waiting = true
    return wait.then(() => {
      this.#waiting = false
      return this.#proceed()
    })
  }
}
