import { createHash } from 'node:crypto'
import { wsFrame, ZWS_COMMAND } from './websocket-frames.js'
import { takeFrame } from './wire.js'

/** The handshake of RFC 6455 and the frames of ZWS 2.0, apart from the code under test. */

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** What clients of these tests mask with. */
export const KEY: Buffer = Buffer.from([0x37, 0xfa, 0x21, 0x3d])

export type Headers = Readonly<Record<string, string | undefined>>

const HEADERS: Headers = {
  Host: 'localhost',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol': 'ZWS2.0/NULL',
}

interface RequestFacts {
  readonly method?: string
  readonly path?: string
  readonly headers?: Headers
}

function lines(first: string, headers: Headers): Buffer {
  const fields = Object.entries(headers).filter(([, value]) => value !== undefined)
  const all = [first, ...fields.map(([name, value]) => `${name}: ${String(value)}`)]
  return Buffer.from(`${all.join('\r\n')}\r\n\r\n`, 'latin1')
}

/** A request to upgrade; a header that is undefined is left out. */
export function upgradeRequest(facts: RequestFacts = {}): Buffer {
  const { method = 'GET', path = '/', headers } = facts
  return lines(`${method} ${path} HTTP/1.1`, { ...HEADERS, ...headers })
}

/** The answer that a request to upgrade wants. */
export function upgradeResponse(request: Buffer, headers: Headers = {}): Buffer {
  const [, key = ''] = /sec-websocket-key: (.*)\r\n/i.exec(request.toString('latin1')) ?? []
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64')
  return lines('HTTP/1.1 101 Switching Protocols', {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': accept,
    'Sec-WebSocket-Protocol': 'ZWS2.0/NULL',
    ...headers,
  })
}

/** The body of a command of ZMTP in a message of ZWS. */
export function zwsCommand(zmtp: Buffer, key?: Buffer): Buffer {
  const body = takeFrame(zmtp)?.frame.body ?? Buffer.alloc(0)
  return wsFrame(Buffer.concat([Buffer.of(ZWS_COMMAND), body]), { key })
}

export function zwsMessage(text: string, key?: Buffer): Buffer {
  return wsFrame(Buffer.from(`\0${text}`, 'latin1'), { key })
}
