import type { Announcement, Beacon } from '../index.js'

/** A network of its own for the beacons of one test: what one announces all hear at once, itself included. */
export class MemoryNetwork {
  readonly #heard = new Set<(announcement: Announcement | undefined) => void>()

  /** A beacon for one node. */
  beacon(): Beacon {
    let own: ((announcement: Announcement | undefined) => void) | undefined
    return {
      open: (heard) => {
        own = heard
        this.#heard.add(heard)
        return Promise.resolve('127.0.0.1')
      },
      announce: (announcement) => {
        this.announce(announcement)
        return Promise.resolve()
      },
      close: () => {
        if (own) this.#heard.delete(own)
        return Promise.resolve()
      },
    }
  }

  /** As a stranger: undefined for what is no beacon. */
  announce(announcement: Announcement | undefined): void {
    for (const heard of [...this.#heard]) heard(announcement)
  }
}
