import type { ContextServices } from '../context.js'
import { ZmqError } from '../errors.js'
import type { Authenticate, Authenticated, AuthenticationRequest } from '../options.js'
import { WELCOME, type Stranger, type Verdict } from '../security/authenticator.js'
import { zapRequest } from '../security/zap.js'
import { EMPTY, fromText, toLatin1, toText } from '../util/bytes.js'
import { encodeZ85 } from '../util/z85.js'
import { askHandler, type Asking } from './zap.js'

/**
 * Asks the function of the option `authenticate` about somebody who wants to come in, or else the ZAP
 * handler of the context.
 * @returns undefined when there is neither.
 * @throws ZmqError `ERR_ZAP_*`, `EFAULT`.
 */
export async function judge(stranger: Stranger, asking: Asking): Promise<Verdict | undefined> {
  const { connection, options, services } = asking
  const { authenticate, zapDomain, zapEnforceDomain } = options
  const address = hostOf(connection.remoteAddress)
  if (authenticate !== null) {
    const asked = request(stranger, address, zapDomain ?? '')
    return heed(authenticate, asked, services)
  }
  if (zapEnforceDomain && zapDomain === null) {
    // CURVE then encrypts, and whoever knows the server's key may come in.
    if (stranger.mechanism === 'CURVE') return WELCOME
    throw new ZmqError('EFAULT', { reason: 'zapEnforceDomain asks for a zapDomain' })
  }
  return askHandler(zapRequest(stranger, zapDomain ?? '', address), asking)
}

/** Functions that have been complained about: once is enough, as each who comes would be a reason. */
const faulty = new WeakSet<Authenticate>()

async function heed(
  authenticate: Authenticate,
  asked: AuthenticationRequest,
  services: ContextServices,
): Promise<Verdict> {
  let fault: string
  try {
    const answer: unknown = await authenticate(asked)
    const verdict = verdictOf(answer)
    if (verdict !== undefined) return verdict
    // Not what it was: that may be a secret.
    fault = `authenticate gave ${kindOf(answer)}, and not true, false, a user id or { userId, metadata }`
  } catch (error) {
    fault = `authenticate threw ${String(error)}`
  }
  if (!faulty.has(authenticate)) services.warn(`zerowire turned a peer away: ${fault}`)
  faulty.add(authenticate)
  return { ...WELCOME, status: 500, text: fault }
}

/** @returns undefined when it is no answer at all. */
function verdictOf(answer: unknown): Verdict | undefined {
  if (answer === true) return WELCOME
  if (answer === false || answer === null || answer === undefined) {
    return { ...WELCOME, status: 400, text: 'authenticate said no' }
  }
  if (typeof answer === 'string') return answer === '' ? undefined : { ...WELCOME, userId: answer }
  if (typeof answer !== 'object' || Array.isArray(answer)) return undefined
  const { userId = '', metadata = {} } = answer as Authenticated
  // What some library gives for "no" is an object as well: an Error, or an answer without rows.
  if (!('userId' in answer || 'metadata' in answer)) return undefined
  const entries = Object.entries((metadata as typeof metadata | null) ?? {})
  const texts: unknown[] = [userId, ...entries.map(([, value]) => value)]
  if (texts.some((text) => typeof text !== 'string')) return undefined
  const known = entries.map(([name, value]) => [name.toLowerCase(), fromText(value)] as const)
  return { ...WELCOME, userId, metadata: new Map(known) }
}

function kindOf(answer: unknown): string {
  if (answer === '') return 'an empty text'
  return Array.isArray(answer) ? 'an array' : `a value of type ${typeof answer}`
}

function request(
  { mechanism, credentials, metadata }: Stranger,
  address: string,
  domain: string,
): AuthenticationRequest {
  const [first = EMPTY, second = EMPTY] = credentials
  const others = [...metadata].filter(([name]) => name.startsWith('x-'))
  return {
    mechanism,
    ...(mechanism === 'PLAIN' && { username: toText(first), password: toText(second) }),
    ...(mechanism === 'CURVE' && { publicKey: encodeZ85(first) }),
    address,
    domain,
    socketType: toLatin1(metadata.get('socket-type') ?? EMPTY),
    routingId: metadata.get('identity') ?? EMPTY,
    metadata: Object.fromEntries(others.map(([name, value]) => [name, toText(value)])),
  }
}

/** The address without scheme, port and path (RFC 27 "address"). */
function hostOf(remoteAddress: string): string {
  const [scheme = '', rest = ''] = remoteAddress.split('://', 2)
  if (scheme === 'ipc') return 'localhost'
  // Who dials may have said from where.
  const [authority = ''] = rest.split('/', 1)
  const host = authority.slice(authority.indexOf(';') + 1).replace(/:[^:\]]*$/, '')
  return host.replace(/^\[|\]$/g, '')
}
