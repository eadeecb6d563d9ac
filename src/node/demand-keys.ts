import { ZmqError } from '../errors.js'
import type { LocalEnd } from '../transport/transport.js'

/**
 * Says at once what would otherwise fail in every handshake: CURVE that has been chosen by one of its
 * options, while another is missing.
 * @throws ZmqError `EINVAL`.
 */
export function demandKeys({ text }: { readonly text: string }, { options, raw }: LocalEnd): void {
  if (raw === true || options.mechanism !== 'CURVE') return
  const wanted = options.asServer
    ? (['curveSecretKey'] as const)
    : (['curveServerKey', 'curvePublicKey', 'curveSecretKey'] as const)
  const missing = wanted.filter((name) => options[name] === null)
  if (missing.length === 0) return
  const names = wanted.join(', ')
  const reason = `CURVE needs ${names} on this side; not set: ${missing.join(', ')}`
  throw new ZmqError('EINVAL', { address: text, reason })
}
