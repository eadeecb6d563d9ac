import '../error-codes.js'
import { protocolError, ZmqError, type ErrorCode } from '../errors.js'
import { concat, fromText } from '../util/bytes.js'
import { decodeZ85 } from '../util/z85.js'
import type { Codec } from '../wire/codec.js'
import { KEY_SIZE, NONCE_SIZE, PREFIX_SIZE, type Engine, type Random } from './box.js'
import { Opener, readU32, Sealer, writeU32, type ShortNonce } from './sealed.js'
import { SealedDecoder } from './sealed-decoder.js'
import { SealedEncoder } from './sealed-encoder.js'

/*
 * CURVE (RFC 26). C and S are the keys of the two ends, C' and S' those of the connection, small
 * letters their secret halves; K is a key of the server's own.
 *
 *   client                                                                               server
 *   05 "HELLO"  01 00  zeros(72)  C'  shortNonce  box[zeros(64)](c'->S)      ->
 *                              <-  07 "WELCOME"  longNonce(16)  box[S'  cookie(96)](s->C')
 *   08 "INITIATE"  cookie(96)  shortNonce
 *       box[C  longNonce(16)  vouch: box[C'  S](c->S')  metadata](c'->S')    ->
 *                              <-  05 "READY"  shortNonce  box[metadata](s'->C')
 *
 *   cookie = longNonce(16)  box[C'  s'](K)
 *
 * The cookie is all that the server has to keep between its two answers, and the client keeps it.
 */
export const SIGNATURE = 64
export const LONG_NONCE = 16
export const SHORT_NONCE = 8
export const COOKIE = 96
export const VOUCH = 80

/** What follows the name of each command. */
export const HELLO_SIZE = 194
export const WELCOME_SIZE = 160
export const INITIATE_LEAST = 248
export const READY_LEAST = 24

type Box = 'hello' | 'welcome' | 'cookie' | 'vouch' | 'initiate' | 'ready' | 'client' | 'server'

/** How the nonces of each kind of box begin. */
export const PREFIXES: Readonly<Record<Box, Uint8Array>> = {
  hello: fromText('CurveZMQHELLO---'),
  welcome: fromText('WELCOME-'),
  cookie: fromText('COOKIE--'),
  vouch: fromText('VOUCH---'),
  initiate: fromText('CurveZMQINITIATE'),
  ready: fromText('CurveZMQREADY---'),
  client: fromText('CurveZMQMESSAGEC'),
  server: fromText('CurveZMQMESSAGES'),
}

/** What the mechanism is made with. */
export interface Tools {
  readonly engine: Engine
  readonly random: Random
  /** Milliseconds, since whenever. */
  readonly now: () => number
}

/** A nonce that ends in a number which rises. */
export function shortNonce(prefix: Uint8Array, number: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_SIZE)
  nonce.set(prefix)
  writeU32(nonce, NONCE_SIZE - 4, number)
  return nonce
}

/** A nonce that ends in what came with its box. */
export function nonceOf(prefix: Uint8Array, rest: Uint8Array): Uint8Array {
  return concat([prefix, rest])
}

/** Bytes that cannot be guessed. */
export function randomBytes({ random }: Tools, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  random(bytes)
  return bytes
}

/** The part of a nonce that is not the same for all of its kind. */
export function lastOf(nonce: Uint8Array): Uint8Array {
  return nonce.subarray(PREFIX_SIZE)
}

export function numberOf(nonce: Uint8Array): ShortNonce {
  return [readU32(nonce, 0), readU32(nonce, 4)]
}

type KeyOption = 'curveServerKey' | 'curvePublicKey' | 'curveSecretKey'

/** The key that an option has, which was checked when it was set. @throws ZmqError `EINVAL` when there is none. */
export function keyOf(
  options: Readonly<Record<KeyOption, string | null>>,
  name: KeyOption,
): Uint8Array {
  const text = options[name] ?? ''
  // In a page what was set as bytes is kept as a character each.
  const key =
    text.length === KEY_SIZE ? Uint8Array.from(text, (at) => at.charCodeAt(0)) : decodeZ85(text)
  if (key?.length === KEY_SIZE) return key
  throw new ZmqError('EINVAL', { reason: `CURVE wants a key, which option ${name} is not` })
}

/** @throws ZmqError when a command is not as long as it must be. */
export function demandSize(
  name: 'HELLO' | 'WELCOME' | 'INITIATE' | 'READY',
  data: Uint8Array,
  right: boolean,
): void {
  if (right) return
  const code: ErrorCode = `ERR_ZMTP_MALFORMED_COMMAND_${name}`
  throw protocolError(`the peer sent ${name} with ${String(data.length)} bytes`, code)
}

/** What a box held. @throws ZmqError when it was not genuine. */
export function demand(plaintext: Uint8Array | undefined, what: string): Uint8Array {
  if (plaintext === undefined) throw notGenuine(what)
  return plaintext
}

export function notGenuine(what: string): ZmqError {
  return protocolError(`${what} is not genuine`, 'ERR_ZMTP_CRYPTOGRAPHIC')
}

/** @throws ZmqError when a public key is one with which everybody would share the same. */
export function demandKey(key: Uint8Array | undefined): Uint8Array {
  if (key !== undefined) return key
  throw protocolError(
    'a public key of the peer is one that protects nothing',
    'ERR_ZMTP_KEY_EXCHANGE',
  )
}

/** How messages travel when the two sides have a key. */
export function sealed(
  codec: Codec,
  { engine }: Tools,
  key: Uint8Array,
  asServer: boolean,
  last: { readonly sent: number; readonly received: ShortNonce },
): Codec {
  const { client, server } = PREFIXES
  const sealer = new Sealer(engine.boxes(key, asServer ? server : client), last.sent)
  const opener = new Opener(engine.boxes(key, asServer ? client : server), last.received)
  return {
    encoder: new SealedEncoder(codec.encoder, sealer),
    decoder: new SealedDecoder(codec.decoder, opener),
    wipe() {
      sealer.wipe()
      opener.wipe()
    },
  }
}
