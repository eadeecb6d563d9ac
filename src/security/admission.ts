import { ZmqError } from '../errors.js'
import { concat, fromText } from '../util/bytes.js'
import { encodeCommand } from '../wire/command.js'
import { WELCOME, type Stranger, type Verdict } from './authenticator.js'
import type { MechanismHost } from './mechanism.js'
import { refusal } from './refusal.js'

/** What libzmq's PLAIN says in place of ERROR, and understands. */
export const MISSPELT_ERROR: Uint8Array = Uint8Array.of(0x5e, 0x52, 0x52, 0x4f, 0x52)

/**
 * Asks about somebody who wants to come in.
 * @param misspelt the peer understands ERROR only as libzmq's PLAIN writes it.
 * @returns what is known of them when they may.
 * @throws ZmqError otherwise; they have been told that they may not, unless they may try again.
 * `EFAULT` when there is nobody to ask, and has to be.
 */
export async function admit(
  { authenticator, options, say }: MechanismHost,
  stranger: Stranger,
  misspelt = false,
): Promise<Verdict> {
  const verdict = await authenticator?.(stranger)
  if (verdict === undefined) {
    // A password that nobody checks would be none.
    if (stranger.mechanism !== 'PLAIN' && !options.zapEnforceDomain) return WELCOME
    throw new ZmqError('EFAULT', { reason: 'nobody is there to be asked about the peer (RFC 27)' })
  }
  const { status, text } = verdict
  if (status === 200) return verdict
  // Whoever is told of an error does not come back; one that is temporary is not for telling.
  if (status !== 300) {
    const reason = concat([Uint8Array.of(3), fromText(String(status))])
    say(misspelt ? concat([MISSPELT_ERROR, reason]) : encodeCommand('ERROR', reason))
  }
  throw refusal(status, `the peer was refused: ${text}`)
}
