import type { Status } from '../errors.js'
import type { OptionValues } from '../options.js'
import type { Metadata } from '../wire/metadata.js'

/** The mechanisms there are. */
export type MechanismName = OptionValues['mechanism']

/** Somebody who wants to come in, as a mechanism knows them. */
export interface Stranger {
  readonly mechanism: MechanismName
  /** What proves who they are: a user name and a password, or a public key of 32 bytes (RFC 27). */
  readonly credentials: readonly Uint8Array[]
  /** What they say of themselves, which nothing proves. */
  readonly metadata: Metadata
}

/** What becomes of them. */
export interface Verdict {
  readonly status: 200 | Status
  /** Why, in words. Not for the peer. */
  readonly text: string
  readonly userId: string
  /** What is to be known of them besides. */
  readonly metadata: Metadata
}

/**
 * Judges those who come; undefined when there is nobody to judge them. Rejects with a ZmqError when
 * no verdict can be had: `ERR_ZAP_*` when it makes no sense, `EFAULT` when whoever was asked has left.
 */
export type Authenticator = (stranger: Stranger) => Promise<Verdict | undefined>

/** Everybody may come in. */
export const WELCOME: Verdict = { status: 200, text: '', userId: '', metadata: new Map() }
