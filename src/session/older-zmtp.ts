import { protocolError } from '../errors.js'
import { concat, EMPTY } from '../util/bytes.js'
import { FrameDecoder } from '../wire/frame-decoder.js'
import { FrameEncoder } from '../wire/frame-encoder.js'
import type { Encoder } from '../wire/encoder.js'
import {
  isVersioned,
  REVISION,
  signatureFor,
  typeName,
  typeNumber,
  V2_GREETING_SIZE,
  VERSION_SIZE,
  versionOf,
} from '../wire/older-greeting.js'
import { V1Decoder } from '../wire/v1-decoder.js'
import { V1Encoder } from '../wire/v1-encoder.js'
import {
  demandFit,
  usableId,
  type Codec,
  type Dialect,
  type Handshake,
  type HandshakeResult,
  type Progress,
  type Speak,
} from './dialect.js'
import { isOpen, NOTHING_SAID, type LocalPeer, type SessionOptions } from './session.js'
import { zmtp } from './zmtp-handshake.js'

/** ZMTP 3, or the older version of a peer that `minimumZmtpVersion` lets in. */
export const olderZmtp: Speak = (local, listener, connection) => {
  const newest = zmtp(local, listener, connection)
  const oldest = oldestVersion(local)
  if (oldest === 3) return newest
  const encoder = new FrameEncoder()
  const handshake = new VersionHandshake(local, oldest, newest, encoder)
  return { encoder, decoder: newest.decoder, handshake }
}

/** The oldest version that a peer may speak. */
export function oldestVersion({ socketType, options }: LocalPeer): number {
  if (typeNumber(socketType) === undefined) return 3
  // Older versions know no security: whoever wants any must not be talked down.
  return isOpen(options) ? options.minimumZmtpVersion : 3
}

/**
 * Finds out which version the peer speaks (RFC 15 "Backwards Interoperability"), and goes on in it.
 * What is to be said goes through `encoder`, whoever says it.
 */
class VersionHandshake implements Handshake {
  readonly #local: LocalPeer
  readonly #oldest: number
  readonly #newest: Dialect
  readonly #encoder: Encoder
  #bytes: Uint8Array = EMPTY
  /** Bytes of a greeting of ZMTP 3 that have been said. */
  #said: number
  #next: Handshake | undefined

  constructor(local: LocalPeer, oldest: number, newest: Dialect, encoder: Encoder) {
    this.#local = local
    this.#oldest = oldest
    this.#newest = newest
    this.#encoder = encoder
    const signature = signatureFor(idOf(local).length)
    this.#said = signature.length
    encoder.raw(signature)
  }

  receive(chunk: Uint8Array): Progress<HandshakeResult> {
    if (this.#next !== undefined) return this.#next.receive(chunk)
    const bytes = concat([this.#bytes, chunk])
    if (isVersioned(bytes) === true && this.#said < VERSION_SIZE) {
      this.#encoder.raw(Uint8Array.of(REVISION))
      this.#said = VERSION_SIZE
    }
    this.#next = this.#choose(bytes)
    if (this.#next !== undefined) return this.#next.receive(bytes)
    this.#bytes = bytes
    return undefined
  }

  #choose(bytes: Uint8Array): Handshake | undefined {
    const found = versionOf(bytes)
    if (found === undefined) return undefined
    const { version, revision } = found
    // The newest knows how to refuse those that are too old.
    if (version === 3 || version < this.#oldest) {
      return new NewestHandshake(this.#newest, this.#encoder, this.#said)
    }
    return new OlderHandshake(this.#local, this.#encoder, version, revision !== undefined)
  }
}

/** ZMTP 3, the beginning of whose greeting has been said. */
class NewestHandshake implements Handshake {
  readonly #newest: Dialect
  readonly #encoder: Encoder
  #said: number

  constructor(newest: Dialect, encoder: Encoder, said: number) {
    this.#newest = newest
    this.#encoder = encoder
    this.#said = said
  }

  receive(chunk: Uint8Array): HandshakeResult | undefined {
    const { encoder, decoder, handshake } = this.#newest
    try {
      // NULL, which nobody is asked about, waits for nobody.
      const result = handshake.receive(chunk) as HandshakeResult | undefined
      return result && { ...result, codec: { encoder, decoder } }
    } finally {
      const bytes = taken(encoder)
      const skipped = Math.min(this.#said, bytes.length)
      this.#said -= skipped
      say(this.#encoder, bytes.subarray(skipped))
    }
  }
}

/** ZMTP 2.0 and 1.0: each side says its routing id, in 2.0 also its type, and that is all. */
class OlderHandshake implements Handshake {
  readonly #local: LocalPeer
  readonly #version: 1 | 2
  readonly #codec: Codec
  /** Bytes up to and with the peer's type, which are still to come. */
  #awaited: number
  #socketType = ''

  /** @param versioned the peer says its version and its type. */
  constructor(local: LocalPeer, encoder: Encoder, version: 1 | 2, versioned: boolean) {
    this.#local = local
    this.#version = version
    this.#codec = version === 1 ? v1(local.options) : v2(local.options)
    this.#awaited = versioned ? V2_GREETING_SIZE : 0
    const id = idOf(local)
    if (versioned) {
      encoder.raw(Uint8Array.of(typeNumber(local.socketType) as number))
      this.#codec.encoder.message([id])
      say(encoder, taken(this.#codec.encoder))
    } else {
      // The signature was the head of this frame.
      say(encoder, id)
    }
  }

  receive(chunk: Uint8Array): HandshakeResult | undefined {
    const { decoder } = this.#codec
    decoder.push(chunk.subarray(this.#greeting(chunk)))
    const id = this.#awaited > 0 ? undefined : decoder.nextCommand()
    if (id === undefined) return undefined
    return {
      peer: {
        ...NOTHING_SAID,
        socketType: this.#socketType,
        routingId: usableId(id),
        protocol: `ZMTP/${String(this.#version)}.0`,
      },
      subscribesByCommand: false,
      answersPing: false,
      codec: this.#codec,
      wantsAll: this.#socketType === '' && this.#local.accepts('SUB'),
    }
  }

  /** Reads what belongs to the greeting. @returns how many bytes of the chunk that was. */
  #greeting(chunk: Uint8Array): number {
    const size = Math.min(this.#awaited, chunk.length)
    this.#awaited -= size
    if (size > 0 && this.#awaited === 0) {
      this.#socketType = typeName(chunk[size - 1] as number)
      demandFit(this.#local, this.#socketType)
    }
    return size
  }
}

function v1(options: SessionOptions): Codec {
  return { encoder: new V1Encoder(), decoder: new V1Decoder(options, refuseCommand) }
}

function v2(options: SessionOptions): Codec {
  return { encoder: new FrameEncoder(), decoder: new FrameDecoder(options, refuseCommand) }
}

/** The bit of commands is one that ZMTP 2.0 reserves. */
function refuseCommand(): void {
  throw protocolError('a command from a peer of ZMTP 2.0, which has none')
}

function idOf({ routingId }: LocalPeer): Uint8Array {
  return routingId ?? EMPTY
}

/** An empty chunk would be written all the same. */
function say(encoder: Encoder, bytes: Uint8Array): void {
  if (bytes.length > 0) encoder.raw(bytes)
}

/** What an encoder holds, out of the chunks that it uses again. */
function taken(encoder: Encoder): Uint8Array {
  const bytes = concat(encoder.take())
  encoder.release()
  return bytes
}
