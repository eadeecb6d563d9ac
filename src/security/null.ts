import { encodeCommand } from '../wire/command.js'
import { decodeMetadata, type Metadata } from '../wire/metadata.js'
import { WELCOME, type Verdict } from './authenticator.js'
import type { Mechanism, MechanismHost, Outcome } from './mechanism.js'
import { admit, expect } from './refusal.js'

/**
 * NULL (RFC 37 "The NULL Security Mechanism"): each side sends READY with its metadata, in whichever
 * order, and has then nothing more to say before the other's READY is there. Who asks others about
 * its peers does so before its own READY, which is a promise to talk: a listener when it knows what
 * the peer says of itself, who dials at once, as both would wait for each other otherwise.
 */
export class NullMechanism implements Mechanism {
  readonly #host: MechanismHost
  #verdict: Verdict | undefined
  outcome: Outcome | undefined

  constructor(host: MechanismHost) {
    this.#host = host
    if (host.authenticator === undefined) this.#verdict = WELCOME
  }

  start(): Promise<void> | undefined {
    if (this.#verdict !== undefined) this.#ready()
    else if (!this.#host.accepted) return this.#judge(new Map())
    return undefined
  }

  receive(command: Uint8Array): Promise<void> | undefined {
    const metadata = decodeMetadata(expect('READY', command))
    if (this.#verdict === undefined) return this.#judge(metadata, true)
    this.outcome = { metadata, verdict: this.#verdict }
    return undefined
  }

  async #judge(metadata: Metadata, done = false): Promise<void> {
    const verdict = await admit(this.#host, { mechanism: 'NULL', credentials: [], metadata })
    this.#ready()
    if (done) this.outcome = { metadata, verdict }
    else this.#verdict = verdict
  }

  #ready(): void {
    this.#host.say(encodeCommand('READY', this.#host.properties))
  }
}
