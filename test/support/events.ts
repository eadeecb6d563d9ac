import {
  Observer,
  type DropEvent,
  type Event,
  type EventOfType,
  type EventType,
  type Socket,
} from 'zerowire'
import { WakeUp } from './wake-up.js'

interface Observed {
  readonly events: AsyncIterable<unknown>
}

/**
 * Everything a socket's observer tells, from the moment of construction. The events of the reference
 * are the same, but for the additional facts, which are optional in most.
 */
export class EventLog {
  readonly events: Event[] = []
  readonly #news = new WakeUp()

  constructor(socket: Observed) {
    void this.#follow(socket.events as AsyncIterable<Event>)
  }

  get types(): EventType[] {
    return this.events.map((event) => event.type)
  }

  /** The first event of the type, or the `count`th; waits for it. */
  until<T extends EventType>(type: T, count = 1): Promise<EventOfType<T>> {
    return this.#news.until(() => {
      const found = this.events.filter((event) => event.type === type)[count - 1]
      return found as EventOfType<T> | undefined
    })
  }

  /** The first event whose type is like this; waits for it. */
  like(type: RegExp): Promise<Event> {
    return this.#news.until(() => this.events.find((event) => type.test(event.type)))
  }

  /** All types up to the end of the socket. */
  async untilEnd(): Promise<EventType[]> {
    await this.until('end')
    return this.types
  }

  async #follow(observer: AsyncIterable<Event>): Promise<void> {
    for await (const event of observer) {
      this.events.push(event)
      this.#news.notify()
    }
    this.#news.end(new Error(`no such event among ${this.types.join(', ')}`))
  }
}

/** The next event that tells of dropped messages. */
export function nextDrop(socket: Socket): Promise<DropEvent> {
  return new Promise((resolve) => {
    new Observer(socket).on('drop', resolve)
  })
}
