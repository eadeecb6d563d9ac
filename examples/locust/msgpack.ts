/**
 * MessagePack, as far as Locust needs it: its statistics have numbers as keys, which only a Map has.
 */
export type Value =
  null | boolean | number | string | readonly Value[] | ReadonlyMap<string | number, Value>

/** Bytes of a value, and those of what is in it. */
export function pack(value: Value): Buffer {
  const pieces: Buffer[] = []
  write(value, pieces)
  return Buffer.concat(pieces)
}

function write(value: Value, pieces: Buffer[]): void {
  if (value === null) pieces.push(Buffer.of(0xc0))
  else if (typeof value === 'boolean') pieces.push(Buffer.of(value ? 0xc3 : 0xc2))
  else if (typeof value === 'number') pieces.push(packNumber(value))
  else if (typeof value === 'string') {
    const text = Buffer.from(value)
    pieces.push(head(0xdb, text.length), text)
  } else if (value instanceof Map) {
    pieces.push(head(0xdf, value.size))
    for (const [key, each] of value as ReadonlyMap<string | number, Value>) {
      write(key, pieces)
      write(each, pieces)
    }
  } else {
    const list = value as readonly Value[]
    pieces.push(head(0xdd, list.length))
    for (const each of list) write(each, pieces)
  }
}

/** Lengths always have four bytes: nobody looks at how short they could be. */
function head(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes[0] = type
  bytes.writeUInt32BE(length, 1)
  return bytes
}

function packNumber(value: number): Buffer {
  const bytes = Buffer.alloc(9)
  if (Number.isSafeInteger(value)) {
    bytes[0] = 0xd3
    bytes.writeBigInt64BE(BigInt(value), 1)
  } else {
    bytes[0] = 0xcb
    bytes.writeDoubleBE(value, 1)
  }
  return bytes
}

/** How deep values may be in each other. */
const DEEPEST = 100

/** @throws RangeError when the bytes are no value, or there are others behind it. */
export function unpack(bytes: Buffer): Value {
  const reader = new Reader(bytes)
  const value = reader.value(0)
  if (reader.at !== bytes.length) throw new RangeError('bytes behind a value')
  return value
}

class Reader {
  readonly #bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  value(depth: number): Value {
    if (depth > DEEPEST) throw new RangeError('values too deep in each other')
    const type = this.#bytes.readUInt8(this.at++)
    if (type < 0x80) return type
    if (type >= 0xe0) return type - 0x100
    if (type < 0x90) return this.#map(type & 0x0f, depth)
    if (type < 0xa0) return this.#list(type & 0x0f, depth)
    if (type < 0xc0) return this.#text(type & 0x1f)
    return this.#long(type, depth)
  }

  #long(type: number, depth: number): Value {
    const bytes = this.#bytes
    switch (type) {
      case 0xc0:
        return null
      case 0xc2:
      case 0xc3:
        return type === 0xc3
      case 0xca:
        return bytes.readFloatBE(this.#skip(4))
      case 0xcb:
        return bytes.readDoubleBE(this.#skip(8))
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#natural(type - 0xcc)
      case 0xcf:
        return Number(bytes.readBigUInt64BE(this.#skip(8)))
      case 0xd0:
      case 0xd1:
      case 0xd2: {
        const length = 1 << (type - 0xd0)
        return bytes.readIntBE(this.#skip(length), length)
      }
      case 0xd3:
        return Number(bytes.readBigInt64BE(this.#skip(8)))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#natural(type - 0xd9))
      case 0xdc:
      case 0xdd:
        return this.#list(this.#natural(type - 0xdb), depth)
      case 0xde:
      case 0xdf:
        return this.#map(this.#natural(type - 0xdd), depth)
      default:
        throw new RangeError(`no type of Locust's: ${type}`)
    }
  }

  /** Where the bytes begin that come next. */
  #skip(length: number): number {
    const start = this.at
    this.at += length
    return start
  }

  /** A number of 1, 2 or 4 bytes. */
  #natural(power: number): number {
    const length = 1 << power
    return this.#bytes.readUIntBE(this.#skip(length), length)
  }

  #text(length: number): string {
    const start = this.#skip(length)
    if (this.at > this.#bytes.length) throw new RangeError('a text that is cut off')
    return this.#bytes.toString('utf8', start, this.at)
  }

  #list(length: number, depth: number): Value[] {
    const list: Value[] = []
    // Lengths that lie end at the end of the bytes.
    while (list.length < length) list.push(this.value(depth + 1))
    return list
  }

  #map(length: number, depth: number): Map<string | number, Value> {
    const map = new Map<string | number, Value>()
    for (let left = length; left > 0; left--) {
      const key = this.value(depth + 1)
      if (typeof key !== 'string' && typeof key !== 'number') throw new RangeError('no key')
      map.set(key, this.value(depth + 1))
    }
    return map
  }
}
