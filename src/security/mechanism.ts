import type { Codec } from '../wire/codec.js'
import type { Metadata } from '../wire/metadata.js'
import type { OptionValues, SecurityOption } from '../options.js'
import type { Authenticator, Verdict } from './authenticator.js'

/** What a finished handshake has found out. */
export interface Outcome {
  /** What the peer says of itself. */
  readonly metadata: Metadata
  /** What those who let it in say of it. */
  readonly verdict: Verdict
  /** How messages travel from now on, where the mechanism changes it. */
  readonly codec?: Codec
}

/**
 * One side of a security handshake without I/O: the peer's commands in through `receive`, ours out
 * through what it was given to say them with. Where it has to wait for somebody else than the peer it
 * returns a promise, and takes no further command before that has settled. Every fault of the peer is
 * thrown (or rejected with) as a ZmqError; what was said before that is still sent.
 */
export interface Mechanism {
  /** Called once, as soon as the greetings have been exchanged. */
  start(): Promise<void> | undefined
  /**
   * Takes the peer's next command. Not called any more once there is an outcome.
   * @throws ZmqError `ERR_ZMTP_*` when the peer breaks the protocol; one with a `status` when it
   * refuses us, or we refuse it.
   */
  receive(command: Uint8Array): Promise<void> | undefined
  /** The conversation is over, whether there is an outcome or not: secrets are no longer needed. */
  end?(): void
  /** Defined once the handshake is done on this side. */
  readonly outcome: Outcome | undefined
}

/** What a mechanism needs to know, and its way out. */
export interface MechanismHost {
  /** Sends a command. */
  readonly say: (command: Uint8Array) => void
  /** What we say of ourselves (RFC 37 "Metadata"), encoded. */
  readonly properties: Uint8Array
  readonly options: Readonly<Pick<OptionValues, SecurityOption>>
  /** The peer came to us; otherwise we went to it. */
  readonly accepted: boolean
  /** Whom to ask about the peer; undefined when everybody may come in. */
  readonly authenticator: Authenticator | undefined
  /** How messages would travel without the mechanism. */
  readonly codec: Codec
}
