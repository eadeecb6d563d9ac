import { protocolError } from '../errors.js'
import type { Outcome } from '../security/mechanism.js'
import type { Codec } from '../wire/codec.js'
import { FrameDecoder } from '../wire/frame-decoder.js'
import { FrameEncoder } from '../wire/frame-encoder.js'
import {
  encodeGreetingRest,
  encodeSignature,
  GreetingReader,
  type Greeting,
} from '../wire/greeting.js'
import {
  describe,
  type Handshake,
  type HandshakeResult,
  type Progress,
  type Speak,
} from './dialect.js'
import { Negotiation } from './negotiation.js'
import type { Connection, LocalPeer } from './session.js'

/** ZMTP 3. */
export const zmtp: Speak = (local, listener, connection) => {
  const encoder = new FrameEncoder()
  const decoder = new FrameDecoder(local.options, (body) => {
    listener.command(body)
  })
  const codec = { encoder, decoder }
  return { ...codec, handshake: new ZmtpHandshake(local, codec, connection) }
}

/**
 * The conversation of ZMTP 3 before messages flow: greetings, in stages, then the mechanism's
 * commands. Bytes in through `receive`, bytes out through the encoder; no I/O. ZMTP 2.0 and 1.0
 * would branch off where the peer's signature and version have been read.
 */
export class ZmtpHandshake implements Handshake {
  readonly #local: LocalPeer
  readonly #codec: Codec
  readonly #negotiation: Negotiation
  readonly #reader = new GreetingReader()
  #saidAll = false
  #greeting: Greeting | undefined

  constructor(local: LocalPeer, codec: Codec, connection: Connection) {
    this.#local = local
    this.#codec = codec
    this.#negotiation = new Negotiation(local, codec, connection)
    codec.encoder.raw(encodeSignature())
  }

  receive(chunk: Uint8Array): Progress<HandshakeResult> {
    if (this.#greeting === undefined) return this.#readGreeting(chunk)
    return this.#conclude(this.#greeting, this.#negotiation.receive(chunk))
  }

  end(): void {
    this.#negotiation.end()
  }

  #readGreeting(chunk: Uint8Array): Progress<HandshakeResult> {
    const taken = this.#reader.read(chunk)
    const { mechanism, asServer } = this.#local.options
    if (!this.#saidAll && this.#reader.hasSignature) {
      this.#codec.encoder.raw(encodeGreetingRest(mechanism, asServer))
      this.#saidAll = true
    }
    const greeting = this.#reader.greeting
    if (greeting === undefined) return undefined
    if (greeting.mechanism !== mechanism) {
      throw protocolError(
        `the peer's mechanism is ${JSON.stringify(greeting.mechanism)}, ours is ${mechanism}`,
        'ERR_ZMTP_MECHANISM_MISMATCH',
      )
    }
    this.#greeting = greeting
    if (taken < chunk.length) this.#codec.decoder.push(chunk.subarray(taken))
    return this.#conclude(greeting, this.#negotiation.begin())
  }

  #conclude(greeting: Greeting, outcome: Progress<Outcome>): Progress<HandshakeResult> {
    if (outcome instanceof Promise)
      return outcome.then((settled) => this.#result(greeting, settled))
    return this.#result(greeting, outcome)
  }

  #result({ major, minor }: Greeting, outcome: Outcome | undefined): HandshakeResult | undefined {
    return (
      outcome && {
        peer: describe(this.#local, outcome, `ZMTP/${String(major)}.${String(minor)}`),
        subscribesByCommand: major > 3 || minor > 0,
        answersPing: true,
        ...(outcome.codec && { codec: outcome.codec }),
      }
    )
  }
}
