import { IrregularFrames } from '../../src/node/ws-receiver.js'
import type { Speak } from '../../src/session/dialect.js'
import { zwsHandshake, type Subprotocol } from '../../src/session/zws-handshake.js'
import { MessageDecoder, MessageEncoder } from '../../src/wire/message-codec.js'
import { WebSocketDecoder } from '../../src/wire/websocket-decoder.js'
import { WebSocketEncoder } from '../../src/wire/websocket-encoder.js'
import { receiverClass } from './websocket-decoding.js'

/** ZWS in frames of WebSocket, as Node speaks it. */
export function inFrames(subprotocol: Subprotocol, isServer: boolean): Speak {
  return (local, listener, connection) => {
    const encoder = new WebSocketEncoder(!isServer)
    const irregular = new IrregularFrames(receiverClass, isServer, listener)
    const onCommand = (body: Uint8Array): void => {
      listener.command(body)
    }
    const decoder = new WebSocketDecoder(local.options, onCommand, isServer, irregular)
    const codec = { encoder, decoder }
    const agreement = { subprotocol, answersPing: true }
    return { ...codec, handshake: zwsHandshake(agreement, local, codec, connection) }
  }
}

/** ZWS in chunks that are whole messages of WebSocket, none longer than that, as a browser speaks it. */
export function inMessages(longest: number, subprotocol: Subprotocol = 'ZWS2.0'): Speak {
  return (local, listener, connection) => {
    const encoder = new MessageEncoder(longest)
    const decoder = new MessageDecoder(local.options, (body) => {
      listener.command(body)
    })
    const codec = { encoder, decoder }
    const agreement = { subprotocol, answersPing: false }
    return { ...codec, handshake: zwsHandshake(agreement, local, codec, connection) }
  }
}
