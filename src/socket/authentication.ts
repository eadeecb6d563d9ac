import type { Authenticated, AuthenticationRequest, OptionValues } from '../options.js'
import { WELCOME, type Stranger, type Verdict } from '../security/authenticator.js'
import type { Connection } from '../session/session.js'
import { EMPTY, fromText, toLatin1, toText } from '../util/bytes.js'
import { encodeZ85 } from '../util/z85.js'

/** Asks the function of the option `authenticate` about somebody who wants to come in. */
export async function judge(
  stranger: Stranger,
  connection: Connection,
  options: OptionValues,
): Promise<Verdict> {
  const refused = { ...WELCOME, status: 400, text: 'by the function authenticate' } as const
  let answer: Awaited<ReturnType<NonNullable<OptionValues['authenticate']>>>
  try {
    answer = await options.authenticate?.(request(stranger, connection, options))
  } catch (error) {
    return { ...WELCOME, status: 500, text: `authenticate failed: ${String(error)}` }
  }
  if (answer === true) return WELCOME
  if (typeof answer === 'string') return { ...WELCOME, userId: answer }
  return typeof answer === 'object' && answer !== null ? welcome(answer) : refused
}

function welcome({ userId = '', metadata = {} }: Authenticated): Verdict {
  const known = Object.entries(metadata).map(
    ([name, value]) => [name.toLowerCase(), fromText(value)] as const,
  )
  return { ...WELCOME, userId, metadata: new Map(known) }
}

function request(
  { mechanism, credentials, metadata }: Stranger,
  { remoteAddress }: Connection,
  { zapDomain }: OptionValues,
): AuthenticationRequest {
  const [first = EMPTY, second = EMPTY] = credentials
  const others = [...metadata].filter(([name]) => name.startsWith('x-'))
  return {
    mechanism,
    ...(mechanism === 'PLAIN' && { username: toText(first), password: toText(second) }),
    ...(mechanism === 'CURVE' && { publicKey: encodeZ85(first) }),
    address: hostOf(remoteAddress),
    domain: zapDomain ?? '',
    socketType: toLatin1(metadata.get('socket-type') ?? EMPTY),
    routingId: metadata.get('identity') ?? EMPTY,
    metadata: Object.fromEntries(others.map(([name, value]) => [name, toText(value)])),
  }
}

/** The address without scheme and port (RFC 27 "address"). */
function hostOf(remoteAddress: string): string {
  const [scheme = '', rest = ''] = remoteAddress.split('://', 2)
  if (scheme === 'ipc') return 'localhost'
  return rest.slice(0, rest.lastIndexOf(':')).replace(/^\[|\]$/g, '')
}
