import { isOpen } from '../session/session.js'
import type { LocalEnd } from '../transport/transport.js'

const ADVICE =
  'is bound to all interfaces, and lets in whoever reaches this machine: nobody has to prove who he is, ' +
  'and nothing is encrypted. Bind to 127.0.0.1 or to the address that is meant, or set curveServer, ' +
  'plainServer, authenticate, zapDomain or tcpAcceptFilter. To let everybody in on purpose: ' +
  'authenticate = () => true. This warning comes once; node --disable-warning=ZEROWIRE_OPEN silences it.'

const EVERYWHERE = /:\/\/(0\.0\.0\.0|\[::\]):/

let warned = false

/**
 * Says once that an endpoint is open to the world, which few mean and nobody notices.
 * @param endpoint the one that is bound, wildcards resolved.
 */
export function warnIfOpen(endpoint: string, { options, raw }: LocalEnd): void {
  if (warned || raw === true || !EVERYWHERE.test(endpoint)) return
  const { tcpAcceptFilter, tls } = options
  // Certificates of clients are as good as keys.
  if (!isOpen(options) || tcpAcceptFilter !== null || tls?.requestCert === true) return
  warned = true
  process.emitWarning(`${endpoint} ${ADVICE}`, { code: 'ZEROWIRE_OPEN' })
}
