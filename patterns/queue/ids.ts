import { pages, type Change, type Store } from '../store/index.js'
import { WINDOW } from './protocol.js'
import { boundsOf, IDS, partsOf, plain, readText } from './keys.js'

/** The ids of messages that went to the store together. */
interface Group {
  readonly key: Uint8Array
  readonly number: number
  readonly ids: readonly string[]
}

/** The last ids that a producer has sent to a queue, so that none of them is taken twice. */
export class Window {
  readonly #ids = new Set<string>()
  readonly groups: Group[] = []

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  add(id: string): void {
    this.#ids.add(id)
  }

  /** Forgets whole groups, as long as enough ids remain. */
  trim(changes: Change[]): void {
    for (;;) {
      const [first] = this.groups
      if (!first || this.#ids.size - first.ids.length < WINDOW) return
      for (const id of first.ids) this.#ids.delete(id)
      changes.push({ key: first.key })
      this.groups.shift()
    }
  }
}

/** The windows of all producers and queues; those that were not used for longest go first. */
export class Ids {
  readonly #most: number
  readonly #windows = new Map<string, Window>()

  constructor(most: number) {
    this.#most = most
  }

  async read(store: Store): Promise<void> {
    const groups: (Group & { readonly name: string })[] = []
    for await (const page of pages(store, ...boundsOf(IDS))) {
      for (const { key, value } of page) {
        const { words, number } = partsOf(IDS, key)
        groups.push({ key, number, ids: readText(value).split(' '), name: words.join('\0') })
      }
    }
    for (const { name, ...group } of groups.sort((a, b) => a.number - b.number)) {
      const window = this.#use(name)
      for (const id of group.ids) window.add(id)
      window.groups.push(group)
    }
  }

  /** The window of a producer, which has been used last then. */
  of(queue: string, producer: string): Window {
    return this.#use(`${queue}\0${producer}`)
  }

  /** Keeps the ids of messages that go to the store with these changes. */
  keep(names: readonly [queue: string, producer: string], group: Group, changes: Change[]): void {
    const window = this.of(...names)
    window.groups.push(group)
    changes.push({ key: group.key, value: plain(group.ids.join(' ')) })
    window.trim(changes)
  }

  /** Forgets whom it has no room for, and lets the store forget them. */
  bound(changes: Change[]): void {
    for (const [name, { groups }] of this.#windows) {
      if (this.#windows.size <= this.#most) break
      this.#windows.delete(name)
      for (const { key } of groups) changes.push({ key })
    }
  }

  #use(name: string): Window {
    const window = this.#windows.get(name) ?? new Window()
    this.#windows.delete(name)
    this.#windows.set(name, window)
    return window
  }
}
