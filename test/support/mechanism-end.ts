import type { Authenticator } from '../../src/security/authenticator.js'
import { createMechanism } from '../../src/security/create.js'
import type { Mechanism, MechanismHost } from '../../src/security/mechanism.js'
import '../../src/node/system-options.js'
import { initialOptions, type OptionValues } from '../../src/options.js'
import { FrameDecoder } from '../../src/wire/frame-decoder.js'
import { FrameEncoder } from '../../src/wire/frame-encoder.js'
import { property } from './wire.js'

interface MechanismFacts {
  readonly properties?: readonly Uint8Array[]
  readonly options?: Partial<OptionValues>
  readonly accepted?: boolean
  readonly authenticator?: Authenticator | undefined
}

/** One side of a handshake, with what it says. */
export class MechanismEnd implements MechanismHost {
  readonly said: Buffer[] = []
  readonly properties: Uint8Array
  readonly options: OptionValues
  readonly accepted: boolean
  readonly authenticator: Authenticator | undefined
  readonly codec: { encoder: FrameEncoder; decoder: FrameDecoder }
  readonly mechanism: Mechanism

  constructor({ properties, options, accepted = false, authenticator }: MechanismFacts = {}) {
    this.properties = Buffer.concat(properties ?? [property('Socket-Type', 'DEALER')])
    this.options = initialOptions(options ?? {})
    this.accepted = accepted
    this.authenticator = authenticator
    this.codec = {
      encoder: new FrameEncoder(),
      decoder: new FrameDecoder({ maxMessageSize: -1 }, () => undefined),
    }
    const mechanism = createMechanism(this)
    this.mechanism = mechanism instanceof Promise ? new Later(mechanism) : mechanism
  }

  readonly say = (command: Uint8Array): void => {
    this.said.push(Buffer.from(command))
  }

  /** Begins, loaded or not. */
  async begin(): Promise<void> {
    await this.mechanism.start()
  }

  /** What it has said since it was last asked. */
  take(): Buffer[] {
    return this.said.splice(0)
  }
}

/** A mechanism that is loaded when it begins. */
class Later implements Mechanism {
  readonly #loading: Promise<Mechanism>
  #mechanism: Mechanism | undefined

  constructor(loading: Promise<Mechanism>) {
    this.#loading = loading
    // Whoever starts it hears why it cannot be loaded.
    loading.catch(() => undefined)
  }

  get outcome() {
    return this.#mechanism?.outcome
  }

  async start(): Promise<void> {
    this.#mechanism = await this.#loading
    await this.#mechanism.start()
  }

  receive(command: Uint8Array): Promise<void> | undefined {
    return this.#mechanism?.receive(command)
  }

  end(): void {
    this.#mechanism?.end?.()
  }
}

/** Lets two sides talk until neither has anything more to say. */
export async function converse(one: MechanismEnd, other: MechanismEnd): Promise<void> {
  await one.mechanism.start()
  await other.mechanism.start()
  for (;;) {
    const said = [one.take(), other.take()] as const
    if (said[0].length + said[1].length === 0) return
    for (const command of said[0]) await other.mechanism.receive(command)
    for (const command of said[1]) await one.mechanism.receive(command)
  }
}
