import { encodeCommand } from '../wire/command.js'
import { decodeMetadata } from '../wire/metadata.js'
import { WELCOME } from './authenticator.js'
import type { Mechanism, MechanismHost, Outcome } from './mechanism.js'
import { expect } from './refusal.js'

/**
 * NULL (RFC 37 "The NULL Security Mechanism"): each side sends READY with its metadata, in whichever
 * order, and has then nothing more to say before the other's READY is there.
 */
export class NullMechanism implements Mechanism {
  readonly #host: MechanismHost
  outcome: Outcome | undefined

  constructor(host: MechanismHost) {
    this.#host = host
  }

  start(): undefined {
    this.#host.say(encodeCommand('READY', this.#host.properties))
  }

  receive(command: Uint8Array): undefined {
    const metadata = decodeMetadata(expect('READY', command))
    this.outcome = { metadata, verdict: WELCOME }
  }
}
