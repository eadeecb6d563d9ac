import '../error-codes.js'
import { ZmqError, type ErrorCode } from '../errors.js'
import type { Parts } from '../message.js'
import { copyOf, EMPTY, fromText, toLatin1, toText } from '../util/bytes.js'
import { decodeMetadata } from '../wire/metadata.js'
import type { Stranger, Verdict } from './authenticator.js'

/*
 * ZAP 1.0 (RFC 27), a question and its answer, each one message:
 *
 *   ""  "1.0"  request id  domain  address  identity  mechanism  credential ...
 *   ""  "1.0"  request id  status  text     user id   metadata
 */

const VERSION = '1.0'

/** Each connection asks once, and asks for itself: libzmq's number. */
const REQUEST_ID = '1'

const STATUSES: ReadonlyMap<string, Verdict['status']> = new Map([
  ['200', 200],
  ['300', 300],
  ['400', 400],
  ['500', 500],
])

/** The parts of an answer. */
type Reply = readonly [
  delimiter: Uint8Array,
  version: Uint8Array,
  id: Uint8Array,
  status: Uint8Array,
  text: Uint8Array,
  userId: Uint8Array,
  metadata: Uint8Array,
]

/**
 * The question about somebody who wants to come in. Unlike libzmq's its identity is that of the one
 * it is about, as the RFC has it.
 * @param address theirs, without the port.
 * @returns what the handler may keep: credentials are wiped once there is a verdict.
 */
export function zapRequest(stranger: Stranger, domain: string, address: string): Parts {
  const { mechanism, credentials, metadata } = stranger
  const claimed = metadata.get('identity') ?? EMPTY
  // A longer one is none, and a handler that is slow would hold many of them.
  const identity = claimed.length <= 255 ? claimed : EMPTY
  const facts = ['', VERSION, REQUEST_ID, domain, address].map(fromText)
  return [...facts, identity, fromText(mechanism), ...credentials.map(copyOf)]
}

/** @throws ZmqError `ERR_ZAP_*` when it is no answer to our question. */
export function zapVerdict(reply: readonly Uint8Array[]): Verdict {
  if (reply.length !== 7) {
    throw fault('MALFORMED_REPLY', `a reply has 7 parts, this one has ${String(reply.length)}`)
  }
  const [delimiter, version, id, code, text, userId, metadata] = reply as Reply
  if (delimiter.length > 0) throw fault('UNSPECIFIED', 'a reply begins with an empty part')
  const spoken = word(version)
  if (spoken !== VERSION) {
    throw fault('BAD_VERSION', `the version is "${VERSION}", not ${JSON.stringify(spoken)}`)
  }
  const answered = word(id)
  if (answered !== REQUEST_ID) {
    const said = JSON.stringify(answered)
    throw fault('BAD_REQUEST_ID', `the request id was "${REQUEST_ID}", the reply has ${said}`)
  }
  const status = word(code)
  const known = STATUSES.get(status)
  if (known === undefined) {
    const expected = [...STATUSES.keys()].join(', ')
    throw fault('INVALID_STATUS_CODE', `a status is ${expected}, not ${JSON.stringify(status)}`)
  }
  const said = propertiesOf(metadata)
  return {
    ...{ status: known, text: toText(text) },
    // Of those who may not come in nothing is known.
    ...{ userId: known === 200 ? toText(userId) : '', metadata: said },
  }
}

function propertiesOf(bytes: Uint8Array): Verdict['metadata'] {
  try {
    return decodeMetadata(bytes)
  } catch (cause) {
    throw fault('INVALID_METADATA', (cause as ZmqError).reason as string)
  }
}

/** Enough of a short text to say what it is. */
function word(bytes: Uint8Array): string {
  return toLatin1(bytes.subarray(0, 32))
}

type Fault = Extract<ErrorCode, `ERR_ZAP_${string}`> extends `ERR_ZAP_${infer F}` ? F : never

function fault(kind: Fault, what: string): ZmqError {
  return new ZmqError(`ERR_ZAP_${kind}`, {
    reason: `the ZAP handler (RFC 27) answered wrongly: ${what}`,
  })
}
