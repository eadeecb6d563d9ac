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
  const { tcpAcceptFilter, mechanism, asServer } = options
  // A client of PLAIN shows its password to whoever comes, who need not have any.
  const isServed = !isOpen(options) && (mechanism !== 'PLAIN' || asServer)
  if (isServed || tcpAcceptFilter !== null || wantsCertificates(endpoint, options)) return
  warned = true
  process.emitWarning(`${endpoint} ${ADVICE}`, { code: 'ZEROWIRE_OPEN' })
}

/** Certificates of clients are as good as keys, where there is TLS, and those that are none are refused. */
function wantsCertificates(endpoint: string, { tls }: LocalEnd['options']): boolean {
  const { requestCert, rejectUnauthorized } = tls ?? {}
  return endpoint.startsWith('wss:') && requestCert === true && rejectUnauthorized !== false
}
