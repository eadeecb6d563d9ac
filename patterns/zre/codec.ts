/** The first two bytes of every command. */
const SIGNATURE = [0xaa, 0xa1] as const
/** Of the protocol; there is no compatibility between versions. */
const VERSION = 2
/** The longest text that is counted by one byte. */
const LONGEST_NAME = 255

const IDS = { hello: 1, whisper: 2, shout: 3, join: 4, leave: 5, ping: 6, 'ping-ok': 7 } as const
const NAMES = new Map(Object.entries(IDS).map(([name, id]) => [id, name as keyof typeof IDS]))

/** What nodes tell each other (RFC 36); the sequence is counted by whoever sends. */
export type Command<Part = Uint8Array> =
  | {
      /** The first of all. */
      readonly id: 'hello'
      /** Where the sender is to be connected to. */
      readonly endpoint: string
      /** Groups that the sender is in. */
      readonly groups: readonly string[]
      /** How often the sender has joined or left a group, modulo 256. */
      readonly status: number
      /** What people call the sender. */
      readonly name: string
      /** What the sender says of itself. */
      readonly headers: ReadonlyMap<string, string>
    }
  | {
      /** For one node. */
      readonly id: 'whisper'
      /** What is said. */
      readonly content: readonly Part[]
    }
  | {
      /** For a group. */
      readonly id: 'shout'
      /** Who is meant. */
      readonly group: string
      /** What is said. */
      readonly content: readonly Part[]
    }
  | {
      /** The sender is in a group from now on, or no longer. */
      readonly id: 'join' | 'leave'
      /** Which one. */
      readonly group: string
      /** How often the sender has joined or left a group, this time included, modulo 256. */
      readonly status: number
    }
  | {
      /** Whether anybody is there; somebody is. */
      readonly id: 'ping' | 'ping-ok'
    }

/** Why a message is no command: not ZRE, another version of it, cut off or wrong, or beyond a limit. */
export type Fault = 'signature' | 'version' | 'malformed' | 'limit'

/** What a command may hold at most. */
export interface Limits {
  /** Bytes of a HELLO, which is all that a stranger says before it is known. */
  readonly maxHelloBytes: number
  /** Groups that a HELLO may say the node is in. */
  readonly maxGroups: number
}

/** Commands come whole, and end where they should. */
class Malformed extends Error {}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The frames of a command.
 * @throws RangeError when a text that is counted by one byte is too long for that.
 */
export function encode<Part>(command: Command<Part>, sequence: number): (Uint8Array | Part)[] {
  const writer = new Writer()
  writer.bytes(SIGNATURE)
  writer.bytes([IDS[command.id], VERSION])
  writer.bytes([sequence >> 8, sequence & 0xff])
  switch (command.id) {
    case 'hello':
      writer.string(command.endpoint)
      writer.number4(command.groups.length)
      for (const group of command.groups) writer.longString(group)
      writer.bytes([command.status])
      writer.string(command.name)
      writer.number4(command.headers.size)
      for (const [name, value] of command.headers) {
        writer.string(name)
        writer.longString(value)
      }
      return [writer.end()]
    case 'whisper':
      return [writer.end(), ...command.content]
    case 'shout':
      writer.string(command.group)
      return [writer.end(), ...command.content]
    case 'join':
    case 'leave':
      writer.string(command.group)
      writer.bytes([command.status])
      return [writer.end()]
    case 'ping':
    case 'ping-ok':
      return [writer.end()]
  }
}

/** What the frames of a message stand for. */
export interface Decoded<Part> {
  /** Undefined if it is none that we know. */
  readonly command: Command<Part> | undefined
  /** Which of the sender's commands to us it is, modulo 65536. */
  readonly sequence: number
}

/** The command that frames stand for; or why they are none. */
export function decode<Part extends Uint8Array>(
  [frame, ...content]: readonly Part[],
  limits: Limits,
): Decoded<Part> | Fault {
  if (!frame || frame[0] !== SIGNATURE[0] || frame[1] !== SIGNATURE[1]) return 'signature'
  if (frame.length < 6) return 'malformed'
  if (frame[3] !== VERSION) return 'version'
  const reader = new Reader(frame, 4)
  try {
    const sequence = reader.number(2)
    const id = NAMES.get((frame[2] ?? 0) as 1)
    if (id === undefined) return { command: undefined, sequence }
    if (id === 'hello' && frame.length > limits.maxHelloBytes) return 'limit'
    const command = commandOf(id, reader, content)
    reader.end()
    if (command.id === 'hello' && command.groups.length > limits.maxGroups) return 'limit'
    const takesContent = id === 'whisper' || id === 'shout'
    return content.length === 0 || takesContent ? { command, sequence } : 'malformed'
  } catch (error) {
    if (error instanceof Malformed) return 'malformed'
    throw error
  }
}

function commandOf<Part>(id: keyof typeof IDS, reader: Reader, content: Part[]): Command<Part> {
  switch (id) {
    case 'hello':
      return {
        id,
        endpoint: reader.string(),
        groups: reader.list(4, () => reader.longString()),
        status: reader.number(1),
        name: reader.string(),
        headers: new Map(reader.list(5, () => [reader.string(), reader.longString()])),
      }
    case 'whisper':
      return { id, content }
    case 'shout':
      return { id, group: reader.string(), content }
    case 'join':
    case 'leave':
      return { id, group: reader.string(), status: reader.number(1) }
    case 'ping':
    case 'ping-ok':
      return { id }
  }
}

/** @throws RangeError when a text is too long where one byte counts, or holds what ends texts in C. */
export function checkName(what: string, text: string): string {
  bytesOfName(what, text)
  if (!text.includes('\0')) return text
  throw new RangeError(`${what} must not hold the character 0`)
}

function bytesOfName(what: string, text: string): Uint8Array {
  const bytes = encoder.encode(text)
  if (bytes.length <= LONGEST_NAME) return bytes
  throw new RangeError(`${what} must be text of up to ${LONGEST_NAME} bytes, not ${bytes.length}`)
}

class Writer {
  readonly #chunks: (readonly number[] | Uint8Array)[] = []
  #length = 0

  bytes(bytes: readonly number[] | Uint8Array): void {
    this.#chunks.push(bytes)
    this.#length += bytes.length
  }

  number4(value: number): void {
    this.bytes([value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff])
  }

  string(text: string): void {
    const bytes = bytesOfName('a name', text)
    this.bytes([bytes.length])
    this.bytes(bytes)
  }

  longString(text: string): void {
    const bytes = encoder.encode(text)
    this.number4(bytes.length)
    this.bytes(bytes)
  }

  end(): Uint8Array {
    const frame = new Uint8Array(this.#length)
    let at = 0
    for (const chunk of this.#chunks) {
      frame.set(chunk, at)
      at += chunk.length
    }
    return frame
  }
}

class Reader {
  readonly #frame: Uint8Array
  #at: number

  constructor(frame: Uint8Array, at: number) {
    this.#frame = frame
    this.#at = at
  }

  number(bytes: number): number {
    return this.#take(bytes).reduce((value, byte) => value * 256 + byte, 0)
  }

  string(): string {
    return this.#text(this.number(1))
  }

  longString(): string {
    return this.#text(this.number(4))
  }

  /** As many as are announced, if there can be so many of which none is shorter than `shortest` bytes. */
  list<T>(shortest: number, next: () => T): T[] {
    const count = this.number(4)
    if (count * shortest > this.#frame.length - this.#at) throw new Malformed()
    return Array.from({ length: count }, next)
  }

  end(): void {
    if (this.#at !== this.#frame.length) throw new Malformed()
  }

  #text(length: number): string {
    const bytes = this.#take(length)
    try {
      return decoder.decode(bytes)
    } catch {
      throw new Malformed()
    }
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length
    if (end > this.#frame.length) throw new Malformed()
    const taken = this.#frame.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}
