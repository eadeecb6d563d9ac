import { WebSocketBytes } from '../../../src/node/websocket-bytes.js'
import type { ByteStream } from '../../../src/session/byte-stream.js'
import type { Speak } from '../../../src/session/dialect.js'
import { olderZmtp } from '../../../src/session/older-zmtp.js'
import { raw } from '../../../src/session/raw.js'
import { zmtp } from '../../../src/session/zmtp-handshake.js'
import { receiverClass } from '../../support/websocket-decoding.js'
import { inFrames } from '../../support/zws-dialects.js'

/*
 * The ways in which conversations are put into bytes, as the transports choose them.
 */

export interface Spoken {
  readonly speak: Speak
  /** What is between the bytes and the conversation, if anything is. */
  readonly inside?: (stream: ByteStream) => ByteStream
}

export const DIALECTS: Readonly<Record<string, Spoken>> = {
  zmtp: { speak: zmtp },
  'older-zmtp': { speak: olderZmtp },
  raw: { speak: raw },
  'zws-listener': { speak: inFrames('ZWS2.0/NULL', true) },
  'zws-dialler': { speak: inFrames('ZWS2.0/NULL', false) },
  'zws-id-listener': { speak: inFrames('ZWS2.0', true) },
  'zws-id-dialler': { speak: inFrames('ZWS2.0', false) },
  'zmtp-stream': {
    speak: zmtp,
    inside: (stream) => new WebSocketBytes(stream, receiverClass),
  },
}
