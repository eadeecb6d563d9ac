import { decodeCommand } from '../../wire/command.js'
import { decodeMetadata } from '../../wire/metadata.js'

/** What a command says: properties by their names, or bytes that nobody but its reader can read. */
export interface Content {
  readonly name: string
  /** Texts and bytes by their names; a number of sealed bytes instead under CURVE. */
  readonly properties: Readonly<Record<string, Uint8Array | string>>
}

const HIDDEN = '(hidden)'

/** Reads the body of a command. @throws Error when it is malformed. */
export function contentOf(body: Uint8Array, mechanism: string): Content {
  const command = decodeCommand(body)
  if (command === undefined) throw new Error('a command without a name, or shorter than its name')
  const { name, data } = command
  // The reason of an ERROR is never sealed.
  if (mechanism === 'CURVE' && name !== 'ERROR') {
    return { name, properties: { sealed: `${String(data.length)} bytes` } }
  }
  return { name, properties: READERS[name]?.(data) ?? (data.length === 0 ? {} : { data }) }
}

type Reader = (data: Uint8Array) => Content['properties']

const topic: Reader = (data) => ({ topic: data })
const group: Reader = (data) => ({ group: data })
const metadata: Reader = (data) => Object.fromEntries(decodeMetadata(data))

/** The commands of ZMTP 3.1 (RFC 37), PLAIN (RFC 24) and RADIO (RFC 48). */
const READERS: Readonly<Record<string, Reader>> = {
  READY: metadata,
  INITIATE: metadata,
  SUBSCRIBE: topic,
  CANCEL: topic,
  JOIN: group,
  LEAVE: group,
  ERROR: (data) => ({ reason: counted(data, 'ERROR')[0] }),
  PING: (data) => {
    if (data.length < 2) throw new Error('PING without its time to live')
    const tenths = Buffer.from(data).readUInt16BE()
    return { ttl: `${String(tenths * 100)} ms`, context: data.subarray(2) }
  },
  PONG: (data) => ({ context: data }),
  // A password is a secret, wherever it came from.
  HELLO: (data) => ({ username: counted(data, 'HELLO')[0], password: HIDDEN }),
}

/** Bytes behind the count of them, and what follows. */
function counted(data: Uint8Array, name: string): [bytes: Uint8Array, rest: Uint8Array] {
  const end = 1 + (data[0] ?? data.length)
  if (end > data.length) throw new Error(`${name} is shorter than it says`)
  return [data.subarray(1, end), data.subarray(end)]
}
