import type { Dealer } from 'zerowire'
import type { Message } from 'zerowire/extra'
import type { Life } from '../common/life.js'
import { COMMAND, commandOf, jobIdOf, type JobId } from './protocol.js'

/** The connection to the sink: sends each result again and again until the sink says that it has it. */
export class Delivery {
  readonly #life: Life
  readonly #socket: Dealer
  readonly #resendInterval: number
  /** What is to be called for each that the sink does not have yet. */
  readonly #open = new Map<string, () => void>()
  resent = 0
  unsent = 0
  refused = 0

  constructor(life: Life, socket: Dealer, resendInterval: number) {
    this.#life = life
    this.#socket = socket
    this.#resendInterval = resendInterval
    life.read(socket, (message) => this.#take(message))
  }

  /** Sends a result; `taken` is called once, when the sink has it. */
  send(id: JobId, message: Parameters<Dealer['send']>[0], taken: () => void): void {
    const key = keyOf(id)
    // The same job may have come twice, by another connection.
    const before = this.#open.get(key)
    const timer = this.#life.every(this.#resendInterval, () => {
      this.resent++
      this.#try(message)
    })
    this.#open.set(key, () => {
      timer.cancel()
      before?.()
      taken()
    })
    this.#try(message)
  }

  #take(message: readonly Message[]): void {
    const id = commandOf(message) === COMMAND.taken ? jobIdOf(message) : undefined
    const taken = id && this.#open.get(keyOf(id))
    if (!taken) {
      this.refused++
      return
    }
    this.#open.delete(keyOf(id))
    taken()
  }

  /** What has no room now has it later. */
  #try(message: Parameters<Dealer['send']>[0]): void {
    if (!this.#socket.closed) this.#socket.send(message).catch(() => this.unsent++)
  }
}

function keyOf({ input, number }: JobId): string {
  return `${number} ${input}`
}
