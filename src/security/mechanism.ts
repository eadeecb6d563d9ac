import type { Metadata } from '../wire/metadata.js'

/**
 * One side of a security handshake as a state machine without I/O: command bodies in, command
 * bodies out. It is over when `metadata` is there; every fault of the peer is thrown.
 */
export interface Mechanism {
  /** The name in the greeting; the two sides must agree on it to the byte. */
  readonly name: string
  /** Whether the greeting announces a server. Means nothing to mechanisms without roles. */
  readonly asServer: boolean
  /** The command to send as soon as the greetings have been exchanged, if this side begins. */
  start(): Uint8Array | undefined
  /**
   * Takes the peer's next command.
   * @returns the command to answer with, if any.
   * @throws ZmqError `ERR_ZMTP_*` when the peer breaks the protocol or refuses us.
   */
  receive(command: Uint8Array): Uint8Array | undefined
  /** What the peer says of itself; defined once the handshake is done on this side. */
  readonly metadata: Metadata | undefined
}
