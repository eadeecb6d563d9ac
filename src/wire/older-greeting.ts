import { encodeSignature, SIGNATURE_SIZE } from './greeting.js'

/*
 * How versions of ZMTP tell each other apart (RFC 15 "Backwards Interoperability"). Since 2.0
 * everybody begins with what is, to a peer of 1.0, the head of a long frame with its routing id:
 *
 *   1.0   length flags routingId                          a frame; flags are even
 *   2.0   FF length(8) 7F  01  socketType(1)  routingId   a frame of 2.0
 *   3.x   FF padding(8) 7F  03  ...
 *
 * Who has seen an odd tenth byte says the next one, and goes on when the peer has said its own.
 */

/** What is to be said before the peer's version is known: the signature and the revision. */
export const VERSION_SIZE: number = SIGNATURE_SIZE + 1

/** Where the greeting of 2.0 ends. */
export const V2_GREETING_SIZE: number = VERSION_SIZE + 1

/** The revision that we announce: who knows it only as a higher one than its own speaks its own. */
export const REVISION = 3

/** The signature, as the head of a frame that will have a routing id of so many bytes. */
export function signatureFor(routingIdLength: number): Uint8Array {
  const signature = encodeSignature()
  const length = routingIdLength + 1
  signature[7] = length >> 8
  signature[8] = length & 0xff
  return signature
}

/** What the first bytes of a peer say. */
export interface Version {
  readonly version: 1 | 2 | 3
  /** Undefined for a peer that says none: it begins with its routing id. */
  readonly revision: number | undefined
}

/** Whether a revision follows or has followed; undefined when that is not known yet. */
export function isVersioned(bytes: Uint8Array): boolean | undefined {
  const [first] = bytes
  if (first === undefined) return undefined
  if (first !== 0xff) return false
  const flags = bytes[SIGNATURE_SIZE - 1]
  return flags === undefined ? undefined : (flags & 1) === 1
}

/** The version that a peer's first bytes tell of; undefined when more of them are needed. */
export function versionOf(bytes: Uint8Array): Version | undefined {
  const versioned = isVersioned(bytes)
  if (versioned === undefined) return undefined
  if (!versioned) return { version: 1, revision: undefined }
  const revision = bytes[SIGNATURE_SIZE]
  if (revision === undefined) return undefined
  // Nobody is known to say 0; libzmq takes it for ZMTP 1.0 that says its version and type.
  if (revision === 0) return { version: 1, revision }
  return { version: revision < 3 ? 2 : 3, revision }
}

/** Socket types of ZMTP 2.0 by their numbers. */
const TYPES = [
  'PAIR',
  'PUB',
  'SUB',
  'REQ',
  'REP',
  'DEALER',
  'ROUTER',
  'PULL',
  'PUSH',
  // Not on the wire, by RFC 15; libzmq sends them.
  'XPUB',
  'XSUB',
]

/** On the wire an XPUB is a PUB, and an XSUB a SUB. */
const SAME = new Map([
  ['XPUB', 'PUB'],
  ['XSUB', 'SUB'],
])

/** The number to send; undefined for types that ZMTP 2.0 does not know. */
export function typeNumber(socketType: string): number | undefined {
  const number = TYPES.indexOf(SAME.get(socketType) ?? socketType)
  return number < 0 ? undefined : number
}

/** The name of a number that was received. */
export function typeName(number: number): string {
  return TYPES[number] ?? `number ${String(number)}`
}
