import { IrregularFrames, loadReceiver } from '../../../src/node/ws-receiver.js'
import { WebSocketBytes } from '../../../src/node/websocket-bytes.js'
import type { ByteStream } from '../../../src/session/byte-stream.js'
import type { Speak } from '../../../src/session/dialect.js'
import { olderZmtp } from '../../../src/session/older-zmtp.js'
import { raw } from '../../../src/session/raw.js'
import { zmtp } from '../../../src/session/zmtp-handshake.js'
import { zwsHandshake, type Subprotocol } from '../../../src/session/zws-handshake.js'
import { WebSocketDecoder } from '../../../src/wire/websocket-decoder.js'
import { WebSocketEncoder } from '../../../src/wire/websocket-encoder.js'

/*
 * The ways in which conversations are put into bytes, as the transports choose them.
 */

const receiverClass = await loadReceiver()

export interface Spoken {
  readonly speak: Speak
  /** What is between the bytes and the conversation, if anything is. */
  readonly inside?: (stream: ByteStream) => ByteStream
}

function zws(subprotocol: Subprotocol, isServer: boolean): Spoken {
  return {
    speak: (local, listener, connection) => {
      const encoder = new WebSocketEncoder(!isServer)
      const irregular = new IrregularFrames(receiverClass, isServer, listener)
      const onCommand = (body: Uint8Array): void => {
        listener.command(body)
      }
      const decoder = new WebSocketDecoder(local.options, onCommand, isServer, irregular)
      const agreement = { subprotocol, answersPing: true }
      const codec = { encoder, decoder }
      return { ...codec, handshake: zwsHandshake(agreement, local, codec, connection) }
    },
  }
}

export const DIALECTS: Readonly<Record<string, Spoken>> = {
  zmtp: { speak: zmtp },
  'older-zmtp': { speak: olderZmtp },
  raw: { speak: raw },
  'zws-listener': zws('ZWS2.0/NULL', true),
  'zws-dialler': zws('ZWS2.0/NULL', false),
  'zws-id-listener': zws('ZWS2.0', true),
  'zws-id-dialler': zws('ZWS2.0', false),
  'zmtp-stream': {
    speak: zmtp,
    inside: (stream) => new WebSocketBytes(stream, receiverClass),
  },
}
