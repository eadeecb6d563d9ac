import { encodeCommand } from '../wire/command.js'
import { decodeMetadata, type Metadata } from '../wire/metadata.js'
import { WELCOME } from './authenticator.js'
import type { Mechanism, MechanismHost, Outcome } from './mechanism.js'
import { admit, expect } from './refusal.js'

/**
 * NULL (RFC 37 "The NULL Security Mechanism"): each side sends READY with its metadata, in whichever
 * order, and has then nothing more to say before the other's READY is there. A listener that asks
 * others about its peers does so before its own READY, which is a promise to talk.
 */
export class NullMechanism implements Mechanism {
  readonly #host: MechanismHost
  readonly #asks: boolean
  outcome: Outcome | undefined

  constructor(host: MechanismHost) {
    this.#host = host
    this.#asks = host.accepted && host.authenticator !== undefined
  }

  start(): undefined {
    if (!this.#asks) this.#ready()
  }

  receive(command: Uint8Array): Promise<void> | undefined {
    const metadata = decodeMetadata(expect('READY', command))
    if (this.#asks) return this.#judge(metadata)
    this.outcome = { metadata, verdict: WELCOME }
    return undefined
  }

  async #judge(metadata: Metadata): Promise<void> {
    const verdict = await admit(this.#host, { mechanism: 'NULL', credentials: [], metadata })
    this.#ready()
    this.outcome = { metadata, verdict }
  }

  #ready(): void {
    this.#host.say(encodeCommand('READY', this.#host.properties))
  }
}
