import { isDeepStrictEqual } from 'node:util'
import { ZmqError } from '../../src/errors.js'
import { hashOf } from './random.js'

/** Something that must not happen has happened. */
export class Violation extends Error {
  constructor(what: string, details: { cause?: unknown; facts?: object } = {}) {
    super(details.facts === undefined ? what : `${what}: ${JSON.stringify(details.facts, null, 2)}`)
    this.name = 'Violation'
    if (details.cause !== undefined) this.cause = details.cause
  }
}

/** What a peer did wrong, or a system failed to do: the only errors that bytes may lead to. */
export function expectDocumented(error: unknown, codes: RegExp): ZmqError {
  if (!(error instanceof ZmqError)) {
    throw new Violation(`an error that is no ZmqError: ${String(error)}`, { cause: error })
  }
  if (!codes.test(error.code)) {
    throw new Violation(`an error with the code ${error.code}`, { cause: error })
  }
  return error
}

/** The codes that end a conversation. */
export const PROTOCOL_CODES = /^(EPROTO|EMSGSIZE|ERR_ZMTP_[A-Z_]+)$/

/** @throws Violation when they differ. */
export function expectSame(what: string, expected: unknown, actual: unknown): void {
  if (isDeepStrictEqual(expected, actual)) return
  throw new Violation(what, { facts: { expected: brief(expected), actual: brief(actual) } })
}

function brief(value: unknown): unknown {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 2000 ? `${text.slice(0, 2000)}... (${hashOf(text)})` : value
}

/** Longest input that is also fed byte by byte. */
const BYTEWISE = 512

/** Ways of splitting bytes that must not matter: the same for the same bytes. */
export function splittings(bytes: Buffer): Buffer[][] {
  const ways: Buffer[][] = [[Buffer.from(bytes)]]
  if (bytes.length < 2) return ways
  if (bytes.length <= BYTEWISE) ways.push(Array.from(bytes, (byte) => Buffer.of(byte)))
  ways.push(randomly(bytes))
  return ways
}

/** Cut in places that follow from the bytes. */
export function randomly(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  let state = hashOf(bytes.toString('latin1', 0, 256)) + bytes.length
  for (let at = 0; at < bytes.length;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const exponent = (state >>> 28) % 12
    const size = 1 + ((state >>> 8) % (1 << exponent))
    pieces.push(Buffer.from(bytes.subarray(at, at + size)))
    at += size
  }
  return pieces
}

const { allocUnsafeSlow } = Buffer
let allocated = 0

/** From now on memory that the library asks for is counted. */
export function countMemory(): void {
  Buffer.allocUnsafeSlow = (size) => {
    allocated += size
    return allocUnsafeSlow.call(Buffer, size)
  }
}

/** What one frame may get before its bytes are there, twice, and what is assembled from pieces. */
const TRUSTED = 2_200_000
const PER_BYTE = 64

/** All that has been asked for so far. */
export function memoryTaken(): number {
  return allocated
}

/** @throws Violation when more memory was taken since `before` than `received` bytes justify. */
export function expectModest(received: number, before: number): void {
  const taken = allocated - before
  if (taken <= TRUSTED + received * PER_BYTE) return
  throw new Violation('memory out of proportion', { facts: { received, taken } })
}
