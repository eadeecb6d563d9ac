import { RawListener } from '../support/raw-peer.js'
import type { Scheme } from '../support/transports.js'

/** Somebody who does not answer. */
export interface PendingAttempt {
  readonly address: string
  /** Settles when an attempt has come as far as it can, if that can be known. */
  readonly reached?: Promise<unknown>
  /** Settles when nothing is left of it. */
  readonly left?: Promise<unknown>
}

/** A listener that takes a connection and then says nothing. */
export async function unresponsive(scheme: Scheme): Promise<PendingAttempt> {
  const listener = await RawListener.listen(scheme)
  const reached = listener.accept()
  return { address: listener.address, reached, left: reached.then((peer) => peer.closed) }
}
