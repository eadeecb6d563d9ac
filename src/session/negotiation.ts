import { createMechanism } from '../security/create.js'
import type { Mechanism, Outcome } from '../security/mechanism.js'
import { concat } from '../util/bytes.js'
import type { Codec } from '../wire/codec.js'
import { properties, type Progress } from './dialect.js'
import type { Connection, LocalPeer } from './session.js'

/** The commands of a mechanism, one after the other: while one is waited for, what comes stays in the decoder. */
export class Negotiation {
  readonly #mechanism: Mechanism
  readonly #codec: Codec
  #waiting = false
  #abort: AbortController | undefined

  constructor(local: LocalPeer, codec: Codec, connection: Connection) {
    this.#codec = codec
    this.#mechanism = createMechanism({
      say: (command) => {
        codec.encoder.command(command)
      },
      properties: concat(properties(local)),
      options: local.options,
      accepted: connection.accepted,
      authenticator: local.authenticator?.(connection, () => this.#gone()),
      codec,
    })
  }

  begin(): Progress<Outcome> {
    return this.#after(this.#mechanism.start())
  }

  /** Takes bytes. @throws ZmqError what the peer did wrong. */
  receive(chunk: Uint8Array): Progress<Outcome> {
    this.#codec.decoder.push(chunk)
    return this.#waiting ? undefined : this.#proceed()
  }

  /** The conversation is over: whatever is waited for no longer matters. */
  end(): void {
    this.#abort?.abort()
    this.#mechanism.end?.()
  }

  #gone(): AbortSignal {
    this.#abort ??= new AbortController()
    return this.#abort.signal
  }

  #proceed(): Progress<Outcome> {
    const mechanism = this.#mechanism
    while (mechanism.outcome === undefined) {
      const command = this.#codec.decoder.nextCommand()
      if (command === undefined) return undefined
      const wait = mechanism.receive(command)
      if (wait !== undefined) return this.#after(wait)
    }
    return mechanism.outcome
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
