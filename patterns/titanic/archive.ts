import { pages, type Store } from '../store/index.js'

/** What is known of a stored request without reading it. */
export interface Item {
  readonly uuid: string
  readonly service: string
  /** When it was stored, in milliseconds since the beginning of 1970. */
  readonly date: number
  /** Bytes of the request, or of the reply that has taken its place. */
  size: number
  /** Whether its reply is in the store. */
  answered: boolean
}

/** What an archive holds at most. */
export interface Limits {
  readonly maxRequests: number
  readonly maxBytes: number
}

const encoder = new TextEncoder()
const HEAD = 'titanic/head/'
// The least key behind all heads.
const HEADS_END = 'titanic/head0'
/** Bytes that the store needs for each, about: so that empty requests are bounded by bytes as well. */
const HEAD_BYTES = 200

/**
 * Requests and replies in a store. A request is there as a whole or not at all, and its reply takes
 * its place in one write.
 */
export class Archive {
  readonly #store: Store
  readonly #limits: Limits
  readonly #items = new Map<string, Item>()
  #bytes = 0

  constructor(store: Store, limits: Limits) {
    this.#store = store
    this.#limits = limits
  }

  get size(): number {
    return this.#items.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Finds what is in the store, the oldest first. */
  async load(): Promise<Item[]> {
    const items: Item[] = []
    for await (const entries of pages(this.#store, bytesOf(HEAD), bytesOf(HEADS_END))) {
      for (const { value } of entries)
        items.push(JSON.parse(new TextDecoder().decode(value)) as Item)
    }
    items.sort((a, b) => a.date - b.date)
    for (const item of items) this.#count(item)
    return items
  }

  items(): Iterable<Item> {
    return this.#items.values()
  }

  get(uuid: string): Item | undefined {
    return this.#items.get(uuid)
  }

  /** Stores a request. @returns undefined when there is no room for it. */
  async add(
    { uuid, service, date }: Pick<Item, 'uuid' | 'service' | 'date'>,
    body: readonly Uint8Array[],
  ): Promise<Item | undefined> {
    const value = pack(body)
    const item: Item = { uuid, service, date, size: value.length + HEAD_BYTES, answered: false }
    const { maxRequests, maxBytes } = this.#limits
    if (this.size >= maxRequests || this.#bytes + item.size > maxBytes) return undefined
    this.#count(item)
    try {
      await this.#store.write([head(item), { key: requestKey(uuid), value }])
    } catch (error) {
      this.#forget(item)
      throw error
    }
    return item
  }

  /** Stores the reply in the place of the request, unless that has been removed. */
  async answer(item: Item, body: readonly Uint8Array[]): Promise<void> {
    const { uuid } = item
    if (this.get(uuid) !== item) return
    const value = pack(body)
    const next = { ...item, size: value.length + HEAD_BYTES, answered: true }
    await this.#store.write([head(next), { key: requestKey(uuid) }, { key: replyKey(uuid), value }])
    if (this.get(uuid) !== item) return
    this.#bytes += next.size - item.size
    Object.assign(item, next)
  }

  /** Removes requests with their replies. They are unknown at once, and gone when it resolves. */
  async remove(items: readonly Item[]): Promise<void> {
    for (const item of items) this.#forget(item)
    try {
      await this.#store.write(items.flatMap(changesToRemove))
    } catch (error) {
      // They are there still, and nobody is to be told otherwise.
      for (const item of items) this.#count(item)
      throw error
    }
  }

  async request({ uuid }: Item): Promise<Uint8Array[] | undefined> {
    return unpack(await this.#store.get(requestKey(uuid)))
  }

  async reply({ uuid }: Item): Promise<Uint8Array[] | undefined> {
    return unpack(await this.#store.get(replyKey(uuid)))
  }

  #count(item: Item): void {
    this.#items.set(item.uuid, item)
    this.#bytes += item.size
  }

  #forget(item: Item): void {
    if (this.#items.delete(item.uuid)) this.#bytes -= item.size
  }
}

function bytesOf(text: string): Uint8Array {
  return encoder.encode(text)
}

function head(item: Item): { key: Uint8Array; value: Uint8Array } {
  return { key: bytesOf(HEAD + item.uuid), value: bytesOf(JSON.stringify(item)) }
}

function changesToRemove({ uuid }: Item): { key: Uint8Array }[] {
  return [{ key: bytesOf(HEAD + uuid) }, { key: requestKey(uuid) }, { key: replyKey(uuid) }]
}

function requestKey(uuid: string): Uint8Array {
  return bytesOf(`titanic/request/${uuid}`)
}

function replyKey(uuid: string): Uint8Array {
  return bytesOf(`titanic/reply/${uuid}`)
}

/** Frames, each behind its length in four bytes. */
function pack(frames: readonly Uint8Array[]): Uint8Array {
  const packed = new Uint8Array(frames.reduce((sum, { length }) => sum + 4 + length, 0))
  const view = new DataView(packed.buffer)
  let at = 0
  for (const frame of frames) {
    view.setUint32(at, frame.length)
    packed.set(frame, at + 4)
    at += 4 + frame.length
  }
  return packed
}

function unpack(packed: Uint8Array | undefined): Uint8Array[] | undefined {
  if (!packed) return undefined
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  const frames: Uint8Array[] = []
  for (let at = 0; at < packed.length;) {
    const end = at + 4 + view.getUint32(at)
    frames.push(packed.subarray(at + 4, end))
    at = end
  }
  return frames
}
