import type { Parts } from '../message.js'
import { LoadBalancer } from '../routing/load-balancer.js'
import type { Pipe } from '../routing/pipe.js'
import { defineType } from './define-type.js'
import { SendingSocket } from './directions.js'
import { Pattern } from './pattern.js'
import { defineOptions, type SocketOptions } from './socket.js'

/** Also what lies beneath SCATTER. */
export class PushPattern extends Pattern {
  readonly #out = new LoadBalancer()

  attach(pipe: Pipe): void {
    this.#out.add(pipe)
  }

  detach(pipe: Pipe): void {
    this.#out.remove(pipe)
  }

  override writable(pipe: Pipe): void {
    this.#out.activate(pipe)
  }

  override send(message: Parts): boolean {
    return this.#out.send(message)
  }

  override get canSend(): boolean {
    return this.#out.hasRoom
  }
}

const PUSH = defineType('PUSH', (host) => new PushPattern(host))

/**
 * Hands messages to its {@link Pull} peers in turn, each message to one of them, and waits when all
 * are full (RFC 30). A message that was handed over is lost if that peer dies.
 */
export class Push extends SendingSocket {
  /** Keep only the newest message for each peer; for messages of one part. @default false */
  declare conflate: boolean

  static {
    defineOptions(Push, ['conflate'])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Push>) {
    super(PUSH, options)
  }
}
