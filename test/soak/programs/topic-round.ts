import type { FarSocket } from '../../support/far/far.js'

interface ByNumber {
  setInt32Option(option: number, value: number): void
}

/** ZMQ_SNDHWM, which SUB has by number only. */
const SEND_HIGH_WATER_MARK = 23

function topic(index: number): string {
  return `topic ${String(index).padStart(6, '0')}`
}

/** Many topics, on each of which one message is published at a time. */
export class TopicRound {
  readonly #socket: FarSocket
  readonly #heard = new Set<string>()

  constructor(socket: FarSocket) {
    this.#socket = socket
  }

  /** Subscribes, with a mark of 1 for what it sends, and listens from then on. */
  async subscribe(count: number): Promise<void> {
    const socket = this.#socket
    if ('subscribe' in socket) {
      ;(socket as unknown as ByNumber).setInt32Option(SEND_HIGH_WATER_MARK, 1)
      for (let index = 0; index < count; index += 1) socket.subscribe(topic(index))
    } else {
      Object.assign(socket, { sendHighWaterMark: 1 })
      const send = this.#socket.send.bind(socket)
      for (let index = 0; index < count; index += 1) {
        await send([Buffer.from(`\x01${topic(index)}`, 'latin1')])
      }
    }
    void this.#listen()
  }

  async publish(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      await this.#socket.send([Buffer.from(topic(index))])
    }
  }

  heard(anew: boolean): number {
    const { size } = this.#heard
    if (anew) this.#heard.clear()
    return size
  }

  async #listen(): Promise<void> {
    for (;;) this.#heard.add(String((await this.#socket.receive())[0]))
  }
}
