import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { fromSystemError, protocolError, ZmqError } from '../errors.js'
import { parseWebRoute, type Endpoint } from '../endpoint.js'
import { isOpen, type SessionOptions } from '../session/session.js'
import type { LocalEnd } from '../transport/transport.js'
import { ZMTP_STREAM } from '../session/id-handshake.js'
import type { Subprotocol } from '../session/zws-handshake.js'
import { startTimer } from '../util/timer.js'
import { crypto, http } from './builtin.js'

/*
 * The opening handshake of RFC 6455 section 4. It is done here because `ws` refuses the slash in
 * `ZWS2.0/NULL`, as client and as server.
 */

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const VERSION = '13'
const KEY_BYTES = 16

/** What a listener has agreed to. */
export type Agreed = Subprotocol | typeof ZMTP_STREAM

/** What a listener agrees to, the best first. Where nobody says anything of himself nobody can be judged. */
function known({ options }: LocalEnd): Agreed[] {
  const best: Agreed[] = [`ZWS2.0/${options.mechanism}`, ZMTP_STREAM]
  return isOpen(options) ? [...best, 'ZWS2.0'] : best
}

/** An upgraded connection. */
export interface Upgraded {
  readonly subprotocol: Subprotocol
  /** Bytes that came with the last of the headers. */
  readonly head: Buffer
}

/** Why a request is not upgraded. */
export interface Refusal {
  readonly status: string
  readonly reason: string
}

/** The server did not upgrade the connection. */
export class UpgradeError extends Error {
  readonly error: ZmqError
  /** The status of its answer, if it gave one. */
  readonly status: number | undefined

  constructor(error: ZmqError, status?: number) {
    super(error.message)
    this.error = error
    this.status = status
  }
}

function acceptance(key: string): string {
  return crypto()
    .createHash('sha1')
    .update(key + GUID)
    .digest('base64')
}

// --- the client's side

/** Asks the server at the other end of `socket` to speak ZWS, in one of the ways that are offered. */
export function requestUpgrade(
  socket: Socket,
  endpoint: Endpoint,
  { handshakeInterval }: SessionOptions,
  offered: readonly Subprotocol[],
): Promise<Upgraded> {
  const { address, text } = endpoint
  const { host, port, path } = parseWebRoute(endpoint)
  const key = crypto().randomBytes(KEY_BYTES).toString('base64')
  const [authority = ''] = address.split('/', 1)
  return new Promise((resolve, reject) => {
    const timer =
      handshakeInterval > 0
        ? startTimer(handshakeInterval, () => {
            const reason = `the server did not answer within ${String(handshakeInterval)} ms`
            fail(new ZmqError('ETIMEDOUT', { address: text, reason }))
          })
        : undefined
    const fail = (error: ZmqError, status?: number): void => {
      timer?.cancel()
      socket.destroy()
      reject(new UpgradeError(error, status))
    }
    const asked = http().request({
      createConnection: () => socket,
      host,
      port,
      path,
      headers: {
        Host: authority,
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': VERSION,
        'Sec-WebSocket-Key': key,
        'Sec-WebSocket-Protocol': offered.join(','),
      },
    })
    asked.on('error', (error) => {
      fail(fromSystemError(error, text, 'EPROTO'))
    })
    asked.on('response', ({ statusCode, statusMessage }) => {
      fail(
        protocolError(
          `the server answered ${String(statusCode)} ${String(statusMessage)} where 101 was expected`,
        ),
        statusCode,
      )
    })
    asked.on('upgrade', ({ headers }, _socket, head) => {
      timer?.cancel()
      const agreed = judgeAnswer(headers, key, offered)
      if (typeof agreed === 'string') resolve({ subprotocol: agreed, head })
      else fail(agreed)
    })
    asked.end()
  })
}

/** @returns what the server has agreed to, or what is wrong with its answer. */
function judgeAnswer(
  headers: IncomingHttpHeaders,
  key: string,
  offered: readonly Subprotocol[],
): Subprotocol | ZmqError {
  if (headers['sec-websocket-accept'] !== acceptance(key)) {
    return protocolError('the server did not accept our WebSocket key')
  }
  if (headers['sec-websocket-extensions'] !== undefined) {
    return protocolError('the server uses a WebSocket extension, where none was offered')
  }
  const chosen = headers['sec-websocket-protocol'] ?? ''
  return (
    offered.find((name) => name === chosen) ??
    protocolError(`the server chose the subprotocol ${JSON.stringify(chosen)}`)
  )
}

// --- the server's side

/** Judges a request. @returns the subprotocol to speak, or why there will be none. */
export function judge({ method, headers }: IncomingMessage, local: LocalEnd): Agreed | Refusal {
  const { origin, upgrade } = headers
  const { allowedOrigins } = local.options
  const key = headers['sec-websocket-key'] ?? ''
  if (method !== 'GET') return bad(`the method is ${String(method)}, not GET`)
  if (upgrade?.toLowerCase() !== 'websocket') return bad('the upgrade is not one to WebSocket')
  if (Buffer.from(key, 'base64').length !== KEY_BYTES)
    return bad('the WebSocket key is not 16 bytes')
  if (headers['sec-websocket-version'] !== VERSION) {
    return { status: '426 Upgrade Required', reason: `the version of WebSocket is not ${VERSION}` }
  }
  if (allowedOrigins !== null && origin !== undefined && !allowedOrigins.includes(origin)) {
    return { status: '403 Forbidden', reason: `the origin ${origin} is not in allowedOrigins` }
  }
  const agreeable = known(local)
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  return (
    agreeable.find((name) => offered.includes(name)) ??
    bad(
      `none of the subprotocols ${JSON.stringify(offered.join())} is one of ${agreeable.join(', ')}`,
    )
  )
}

function bad(reason: string): Refusal {
  return { status: '400 Bad Request', reason }
}

/** Agrees to speak ZWS. */
export function agree(socket: Socket, { headers }: IncomingMessage, subprotocol: Agreed): void {
  socket.write(
    lines(
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${acceptance(headers['sec-websocket-key'] ?? '')}`,
      `Sec-WebSocket-Protocol: ${subprotocol}`,
    ),
  )
}

/** Says no, and why only in so far as it is of use to an honest client. */
export function refuse(socket: Socket, status: string): void {
  // HTTP has let go of the socket.
  socket.on('error', () => undefined)
  socket.end(
    lines(
      `HTTP/1.1 ${status}`,
      'Connection: close',
      'Content-Length: 0',
      `Sec-WebSocket-Version: ${VERSION}`,
    ),
  )
  socket.destroySoon()
}

function lines(...all: string[]): string {
  return `${all.join('\r\n')}\r\n\r\n`
}
