import { Dealer, type SocketOptions } from 'zerowire'
import type { Clock, Timer } from '../clock/index.js'
import { linked, type Linked } from './linked.js'
import { TransferError } from './store.js'
import { decodeReply, encodeRequest, OVERHEAD, type Reply, type Request } from './wire.js'

/** Said by the socket, in place of a message, when the connection breaks. */
const BROKEN = 'broken'

/** What an attempt knows before it begins. */
export interface AttemptOptions {
  readonly address: string
  readonly socket: SocketOptions<Dealer>
  /** Milliseconds of silence, while an answer is due, after which it is over. */
  readonly silence: number
  readonly chunk: number
  readonly pipeline: number
  readonly clock: Clock
  /** Ends it, whatever it does. */
  readonly signal: AbortSignal
}

/**
 * One connection to a server, good until something goes wrong: what was asked on it is then forgotten
 * with it, and no late answer can be taken for another.
 */
export class Attempt {
  readonly #options: AttemptOptions
  readonly #over: Linked
  readonly #dealer: Dealer
  /** Messages that were no answer to anything. */
  malformed = 0

  constructor(options: AttemptOptions) {
    this.#options = options
    this.#over = linked(options.signal)
    this.#dealer = new Dealer({
      linger: 0,
      ...options.socket,
      hiccupMessage: BROKEN,
      // What nobody asked for waits outside of this process.
      receiveHighWaterMark: options.pipeline + 1,
      maxMessageSize: options.chunk + OVERHEAD,
    })
    try {
      this.#dealer.connect(options.address)
    } catch (error) {
      void this.#dealer.close()
      throw error
    }
  }

  ask(request: Request): Promise<void> {
    return this.#dealer.send(encodeRequest(request), { signal: this.#over.signal })
  }

  /**
   * The next answer of a kind; all others are ignored, and counted.
   * @throws TransferError `ETIMEDOUT`, `ECONNRESET`, or what the server has answered instead.
   */
  async answer<K extends Exclude<Reply['command'], 'WAIT' | 'ERROR'>>(
    command: K,
  ): Promise<Extract<Reply, { command: K }>> {
    let timer = this.#beSilent()
    try {
      for (;;) {
        const message = await this.#dealer.receive({ signal: this.#over.signal })
        if (message.length === 1 && message[0]?.toString() === BROKEN) {
          throw new TransferError('ECONNRESET', 'the connection broke')
        }
        const reply = decodeReply(message)
        if (reply?.command === command) return reply as Extract<Reply, { command: K }>
        if (reply?.command === 'ERROR') throw refusal(reply.code)
        if (reply?.command === 'WAIT' && command === 'DIGEST') {
          timer.cancel()
          timer = this.#beSilent()
        } else this.malformed++
      }
    } finally {
      timer.cancel()
    }
  }

  async close(): Promise<void> {
    this.#over.release()
    await this.#dealer.close()
  }

  /** For how long nothing may come. */
  #beSilent(): Timer {
    const { silence, clock } = this.#options
    return clock.after(silence, () => {
      this.#over.abort(new TransferError('ETIMEDOUT', `no answer for ${silence} ms`))
    })
  }
}

/** An error that the server tells of. Names that we do not know stand for nothing we could act on. */
function refusal(code: string): TransferError {
  switch (code) {
    case 'ENOENT':
      return new TransferError(code, 'the server has nothing of this name')
    case 'EACCES':
      return new TransferError(code, 'the server does not give this away')
    case 'EINVAL':
      return new TransferError(code, 'the server does not understand what it is asked')
    case 'ESTALE':
      return new TransferError(code, 'it has changed')
    default:
      return new TransferError('EIO', 'the server cannot read it')
  }
}
