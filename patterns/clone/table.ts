import type { Message } from 'zerowire/extra'

/** A value as it is kept. */
export interface Entry {
  readonly key: string
  readonly value: Message
  readonly sequence: number
  readonly properties: string
}

/** How much may be kept. */
export interface TableLimits {
  /** Keys. @default 1,000,000 */
  readonly maxKeys?: number
  /** Bytes of all keys and values. @default 268,435,456 */
  readonly maxBytes?: number
}

export const MAX_KEYS = 1_000_000
export const MAX_BYTES = 268_435_456

/** Keys and values, no more of them than there may be. */
export class Table {
  readonly entries: Map<string, Entry> = new Map<string, Entry>()
  readonly #limits: Required<TableLimits>
  #bytes = 0

  constructor(limits: Required<TableLimits>) {
    this.#limits = limits
  }

  /** Bytes of keys and values. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether there is room for a value, in place of the one that the key has. */
  fits(key: string, value: Uint8Array): boolean {
    const before = this.entries.get(key)
    const keys = this.entries.size + (before ? 0 : 1)
    const bytes = this.#bytes - sizeOf(before) + key.length + value.length
    return keys <= this.#limits.maxKeys && bytes <= this.#limits.maxBytes
  }

  /** Keeps a value, for which there must be room; an empty one deletes the key. */
  set(entry: Entry): void {
    const { key, value } = entry
    this.#bytes -= sizeOf(this.entries.get(key))
    if (value.length === 0) this.entries.delete(key)
    else {
      this.entries.set(key, { ...entry, value: ownMemory(value) })
      this.#bytes += key.length + value.length
    }
  }
}

function sizeOf(entry: Entry | undefined): number {
  return entry ? entry.key.length + entry.value.length : 0
}

/** A value that is kept must not keep the much larger piece of memory in which it came. */
function ownMemory(value: Message): Message {
  if (value.buffer.byteLength < 2 * value.byteLength + 64) return value
  // Not the slice() of Buffer, which copies nothing.
  return Uint8Array.prototype.slice.call(value) as Message
}
