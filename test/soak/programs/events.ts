import type { EventType } from 'zerowire'
import type { FarSocket } from '../../support/far/far.js'
import { now } from '../../support/in-station.js'
import { WakeUp } from '../../support/wake-up.js'
import { within } from '../within.js'

/** An event, and when it was. */
export interface Moment {
  readonly type: EventType
  readonly at: number
  readonly code?: string | undefined
  /** What the system said. */
  readonly systemCode?: string | undefined
  readonly remoteAddress?: string | undefined
}

interface Told {
  readonly type: EventType
  readonly error?: { readonly code: string; readonly cause?: { readonly code?: string } }
  readonly remoteAddress?: string
}

/** What happens to a socket, and when. */
export class Moments {
  readonly all: Moment[] = []
  readonly #news = new WakeUp()

  constructor(socket: FarSocket) {
    void this.#follow(socket)
  }

  /** The first event of a type after a moment. @throws Error when it does not come for a minute. */
  after(type: EventType, moment: number): Promise<Moment> {
    const found = this.#news.until(() =>
      this.all.find((each) => each.type === type && each.at > moment),
    )
    return within(`there was a ${type}`, found)
  }

  async #follow(socket: FarSocket): Promise<void> {
    for await (const event of socket.events) {
      const { type, error, remoteAddress } = event as Told
      const { code, cause } = error ?? {}
      this.all.push({ type, at: now(), code, systemCode: cause?.code, remoteAddress })
      this.#news.notify()
    }
  }
}
