import { malformed, type Endpoint } from '../endpoint.js'
import { protocolError, ZmqError } from '../errors.js'
import type { Speak } from '../session/dialect.js'
import { IdHandshake, ZMTP_STREAM } from '../session/id-handshake.js'
import { isOpen, nextConnection, type Session } from '../session/session.js'
import { StreamSession } from '../session/stream-session.js'
import { zmtp } from '../session/zmtp-handshake.js'
import { startTimer } from '../util/timer.js'
import { MessageDecoder, MessageEncoder } from '../wire/message-codec.js'
import type { Listener, LocalEnd, Transport } from './transport.js'
import { WebSocketStream } from './websocket-stream.js'

/**
 * What we ask for. Most listeners take the first that they know, ours takes the best. Mechanisms other
 * than NULL have names with a slash in ZWS, which a browser does not allow; without any nobody can be judged.
 */
const offered = (options: LocalEnd['options']): string[] =>
  isOpen(options) ? ['ZWS2.0', ZMTP_STREAM] : [ZMTP_STREAM]

/** What a URL would mend, or take for something else, is none; the rest is for the browser to judge. */
const ADDRESS = /^(\[[^\]]+\]|[^*:/@ ;][^:/@ ;]*)(:0*[1-9]\d*)?(\/[!"$-~]*)?$/

/**
 * Chromium sends messages of up to 65,536 bytes whole, and longer ones in fragments, after which
 * libzmq hears nothing more: this and the flags are the longest that it hears.
 */
const LONGEST_WHOLE = 65_535

/** ZWS 2.0 in the messages of a browser's WebSocket, whose PINGs no script can send. */
const zws: Speak = (local, listener) => {
  const encoder = new MessageEncoder(LONGEST_WHOLE)
  const decoder = new MessageDecoder(local.options, (body) => {
    listener.command(body)
  })
  const codec = { encoder, decoder }
  return { ...codec, handshake: new IdHandshake(local, codec, false) }
}

/** `ws://` and `wss://` by the WebSocket of a browser, which can connect and not listen. */
export class WebSocketTransport implements Transport {
  readonly scheme: 'ws' | 'wss'
  readonly observable = true

  constructor(scheme: 'ws' | 'wss') {
    this.scheme = scheme
  }

  check({ address, text }: Endpoint): void {
    try {
      if (ADDRESS.test(address) && new URL(text)) return
    } catch {
      // The browser would not take it either.
    }
    throw malformed(
      text,
      'expected host:port/path, the port of 1 to 65535, the path percent-encoded',
    )
  }

  async connect({ text }: Endpoint, local: LocalEnd, signal: AbortSignal): Promise<Session> {
    queueMicrotask(() => {
      local.emit({ type: 'connect:delay', address: text })
    })
    const socket = await opened(text, local, signal)
    const facts = {
      ...{ endpoint: text, remoteAddress: text, connection: nextConnection() },
      accepted: false,
    }
    const { connection, remoteAddress } = facts
    local.emit({ type: 'connect', address: text, connection, remoteAddress })
    const stream = new WebSocketStream(socket)
    const speak = socket.protocol === ZMTP_STREAM ? zmtp : zws
    return new StreamSession(stream, local, facts, speak).handshake(signal)
  }

  listen({ text }: Endpoint): Listener {
    const reason = 'a browser cannot listen'
    throw new ZmqError('EPROTONOSUPPORT', { address: text, reason })
  }
}

/** Waits for the connection to be there, at most `connectTimeout`. */
function opened(
  text: string,
  { options, emit }: LocalEnd,
  signal: AbortSignal,
): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const fail = (error: ZmqError): void => {
      emit({ type: 'close', address: text, error })
      reject(error)
    }
    let socket: WebSocket
    try {
      socket = new WebSocket(text, offered(options))
    } catch (cause) {
      // A page that came over https:// may not use ws://, for one.
      fail(new ZmqError('EACCES', { address: text, reason: String(cause), cause }))
      return
    }
    const { connectTimeout } = options
    let late = false
    const timer =
      connectTimeout > 0
        ? startTimer(connectTimeout, () => {
            late = true
            socket.close()
          })
        : undefined
    const abort = (): void => {
      socket.close()
    }
    signal.addEventListener('abort', abort, { once: true })
    const done = (): void => {
      timer?.cancel()
      signal.removeEventListener('abort', abort)
      socket.onopen = socket.onclose = null
    }
    socket.onopen = () => {
      done()
      if (offered(options).includes(socket.protocol)) {
        resolve(socket)
        return
      }
      // Not every WebSocket sees to it, and whoever wants security must not be talked out of it.
      socket.close()
      fail(protocolError(`the listener chose the subprotocol ${JSON.stringify(socket.protocol)}`))
    }
    socket.onclose = () => {
      done()
      // Why is not for scripts to know.
      const reason = late
        ? `no connection within ${String(connectTimeout)} ms`
        : 'the browser could not connect'
      fail(new ZmqError(late ? 'ETIMEDOUT' : 'ECONNREFUSED', { address: text, reason }))
    }
  })
}
