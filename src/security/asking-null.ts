import { encodeCommand } from '../wire/command.js'
import { decodeMetadata, type Metadata } from '../wire/metadata.js'
import { admit } from './admission.js'
import type { Verdict } from './authenticator.js'
import type { Mechanism, MechanismHost, Outcome } from './mechanism.js'
import { expect } from './refusal.js'

/**
 * NULL of those who ask others about their peers. They do so before their own READY, which is a promise
 * to talk: a listener when it knows what the peer says of itself, who dials at once, as both would wait
 * for each other otherwise.
 */
export class AskingNull implements Mechanism {
  readonly #host: MechanismHost
  #verdict: Verdict | undefined
  outcome: Outcome | undefined

  constructor(host: MechanismHost) {
    this.#host = host
  }

  async start(): Promise<void> {
    if (!this.#host.accepted) await this.#judge(new Map())
  }

  async receive(command: Uint8Array): Promise<void> {
    const metadata = decodeMetadata(expect('READY', command))
    const verdict = this.#verdict ?? (await this.#judge(metadata))
    this.outcome = { metadata, verdict }
  }

  async #judge(metadata: Metadata): Promise<Verdict> {
    const verdict = await admit(this.#host, { mechanism: 'NULL', credentials: [], metadata })
    this.#host.say(encodeCommand('READY', this.#host.properties))
    return (this.#verdict = verdict)
  }
}
