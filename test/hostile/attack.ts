import type { EventType } from 'zerowire'
import { LONG } from '../support/wire.js'

/** What becomes of a stranger. */
export type Outcome =
  /** It gets no further, and the socket is told why. */
  | { readonly event: EventType; readonly code: string }
  /** It may stay; nothing comes of what it says. */
  | 'tolerated'
  /** However strange its handshake was, it is a peer now. */
  | 'welcome'
  /** It has left by itself. */
  | 'gone'

/** Whoever it is that says it, at whichever side of a connection. */
export interface Speaker {
  /** What its frames are masked with, if they are: it is a client of WebSocket. */
  readonly key?: Buffer | undefined
  write(...chunks: Uint8Array[]): void
  end(): void
}

/** Something that nobody who means well would say. */
export interface Attack {
  /** With the numbers and names under which others have suffered from it. */
  readonly title: string
  /** How far the stranger has come before: to a connection, or through the handshake. */
  readonly stage: 'handshake' | 'traffic'
  /** @param socketType one that the socket can talk to. */
  readonly act: (stranger: Speaker, socketType: string) => void
  readonly outcome: Outcome
  /** To sockets of these types, by their names on the wire, it is something else. */
  readonly otherwise?: Readonly<Record<string, Outcome>>
  /** It ends in the middle of something, so that the stranger cannot be asked whether it is still there. */
  readonly unfinished?: true
}

/** What it is to be shown the door during the handshake. */
export const refused = (code: string): Outcome => ({ event: 'handshake:error:protocol', code })
/** And after it. */
export const ended = (code: string): Outcome => ({ event: 'disconnect', code })
/** Who leaves during the handshake ends it. */
export const leftEarly: Outcome = { event: 'handshake:error:other', code: 'EPIPE' }

export function outcomeAt({ outcome, otherwise }: Attack, wireName: string): Outcome {
  return otherwise?.[wireName] ?? outcome
}

export const says =
  (...chunks: Uint8Array[]): Attack['act'] =>
  (stranger) => {
    stranger.write(...chunks)
  }

/** Says it, and leaves at once. */
export const saysAndGoes =
  (...chunks: Uint8Array[]): Attack['act'] =>
  (stranger) => {
    if (chunks.length > 0) stranger.write(...chunks)
    stranger.end()
  }

/** Says it a byte at a time. */
export function trickle(stranger: Speaker, bytes: Uint8Array): void {
  for (const byte of bytes) stranger.write(Uint8Array.of(byte))
}

export const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

export const repeat = (bytes: Buffer, count: number): Buffer =>
  Buffer.alloc(bytes.length * count, bytes)

/** The header of a frame of ZMTP with a length of 64 bits. */
export function header(flags: number, length: bigint): Buffer {
  const bytes = Buffer.alloc(9)
  bytes[0] = flags | LONG
  bytes.writeBigUInt64BE(length, 1)
  return bytes
}

/** Lengths at which the arithmetic of others has failed; each is more than anybody may send. */
export const LENGTHS = [
  ...[2n ** 31n, 2n ** 32n, 2n ** 36n, 2n ** 48n, 2n ** 53n, 2n ** 53n + 1n],
  ...[2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 9n, 2n ** 64n - 1n],
] as const

/** Bytes that look random and are always the same (xorshift). Never the start of a greeting. */
export function noise(size: number, seed: number): Buffer {
  let state = seed
  const bytes = Buffer.alloc(size)
  for (let index = 0; index < size; index += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[index] = state
  }
  bytes[0] = 1
  return bytes
}

/** As a table of tests has it, whose titles shall be read to the end. */
export function titled<T extends { readonly title: string }>(all: readonly T[]): [string, T][] {
  return all.map((each) => [each.title, each])
}
