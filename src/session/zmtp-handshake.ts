import { protocolError } from '../errors.js'
import type { Mechanism } from '../security/mechanism.js'
import { NullMechanism } from '../security/null.js'
import { FrameDecoder } from '../wire/frame-decoder.js'
import { FrameEncoder } from '../wire/frame-encoder.js'
import {
  encodeGreetingRest,
  encodeSignature,
  GreetingReader,
  type Greeting,
} from '../wire/greeting.js'
import type { Metadata } from '../wire/metadata.js'
import {
  describe,
  properties,
  type Handshake,
  type HandshakeResult,
  type Speak,
} from './dialect.js'
import type { LocalPeer } from './session.js'

/** ZMTP 3 with the mechanism NULL. */
export const zmtp: Speak = (local, listener) => {
  const encoder = new FrameEncoder()
  const decoder = new FrameDecoder(local.options, (body) => {
    listener.command(body)
  })
  const mechanism = new NullMechanism(properties(local))
  return { encoder, decoder, handshake: new ZmtpHandshake(local, mechanism, encoder, decoder) }
}

/**
 * The conversation of ZMTP 3 before messages flow: greetings, in stages, then the mechanism's
 * commands. Bytes in through `receive`, bytes out through the encoder; no I/O. ZMTP 2.0 and 1.0
 * would branch off where the peer's signature and version have been read.
 */
export class ZmtpHandshake implements Handshake {
  readonly #local: LocalPeer
  readonly #mechanism: Mechanism
  readonly #encoder: FrameEncoder
  readonly #decoder: FrameDecoder
  readonly #reader = new GreetingReader()
  #stage: 'signature' | 'greeting' | 'mechanism' = 'signature'
  #greeting: Greeting | undefined

  constructor(
    local: LocalPeer,
    mechanism: Mechanism,
    encoder: FrameEncoder,
    decoder: FrameDecoder,
  ) {
    this.#local = local
    this.#mechanism = mechanism
    this.#encoder = encoder
    this.#decoder = decoder
    encoder.raw(encodeSignature())
  }

  /**
   * Takes bytes; what is behind the handshake stays in the decoder.
   * @returns the result when the handshake is done.
   * @throws ZmqError what the peer did wrong.
   */
  receive(chunk: Uint8Array): HandshakeResult | undefined {
    if (this.#stage === 'mechanism') this.#decoder.push(chunk)
    else this.#readGreeting(chunk)
    while (this.#greeting !== undefined && this.#mechanism.metadata === undefined) {
      const command = this.#decoder.nextCommand()
      if (command === undefined) return undefined
      const answer = this.#mechanism.receive(command)
      if (answer !== undefined) this.#encoder.command(answer)
    }
    const metadata = this.#mechanism.metadata
    if (metadata === undefined || this.#greeting === undefined) return undefined
    return this.#conclude(this.#greeting, metadata)
  }

  #readGreeting(chunk: Uint8Array): void {
    const taken = this.#reader.read(chunk)
    if (this.#stage === 'signature' && this.#reader.hasSignature) {
      this.#encoder.raw(encodeGreetingRest(this.#mechanism.name, this.#mechanism.asServer))
      this.#stage = 'greeting'
    }
    const greeting = this.#reader.greeting
    if (greeting === undefined) return
    if (greeting.mechanism !== this.#mechanism.name) {
      throw protocolError(
        `the peer's mechanism is ${JSON.stringify(greeting.mechanism)}, ours is ${this.#mechanism.name}`,
        'ERR_ZMTP_MECHANISM_MISMATCH',
      )
    }
    this.#greeting = greeting
    this.#stage = 'mechanism'
    const first = this.#mechanism.start()
    if (first !== undefined) this.#encoder.command(first)
    if (taken < chunk.length) this.#decoder.push(chunk.subarray(taken))
  }

  #conclude({ major, minor }: Greeting, metadata: Metadata): HandshakeResult {
    return {
      peer: describe(this.#local, metadata, `ZMTP/${String(major)}.${String(minor)}`),
      subscribesByCommand: major > 3 || minor > 0,
      answersPing: true,
    }
  }
}
