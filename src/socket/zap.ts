import { ZmqError } from '../errors.js'
import type { ContextServices } from '../context.js'
import type { Parts } from '../message.js'
import type { OptionValues } from '../options.js'
import type { Verdict } from '../security/authenticator.js'
import { zapVerdict } from '../security/zap.js'
import type { Batch, Connection, Session, Traffic } from '../session/session.js'
import type { LocalEnd } from '../transport/transport.js'

/** Where whoever judges waits (RFC 27). */
const ADDRESS = 'inproc://zeromq.zap.01'

/** What it takes to find somebody who judges. */
export interface Asking {
  readonly connection: Connection
  readonly options: OptionValues
  readonly services: ContextServices
  /** Aborted when the answer is of no use any more. */
  readonly signal: AbortSignal
}

/** What a handler hears from: the other end of a REP or a ROUTER, which says nothing of itself. */
function asker(options: OptionValues): LocalEnd {
  return {
    socketType: 'DEALER',
    routingId: undefined,
    options: { ...options, handshakeInterval: 0, metadata: null },
    accepts: (type) => type === 'REP' || type === 'ROUTER',
    emit: () => undefined,
  }
}

/**
 * Asks the ZAP handler of a context. Each question has a connection of its own, as in libzmq.
 * @returns undefined when there is no handler.
 * @throws ZmqError `ERR_ZAP_*` when the answer is none; `EFAULT` when the handler leaves before it
 * answers, or is a socket of a type that cannot.
 */
export async function askHandler(
  request: Parts,
  { options, services, signal: gone }: Asking,
): Promise<Verdict | undefined> {
  const { endpoint, transport } = services.transport(ADDRESS)
  if ((await transport.isBound?.(endpoint)) !== true) return undefined
  const question = new Question(request)
  let session: Session
  try {
    session = await transport.connect(endpoint, asker(options), gone)
  } catch (cause) {
    const { reason } = cause as Partial<ZmqError>
    throw new ZmqError('EFAULT', {
      reason: `the ZAP handler cannot be asked: ${String(reason)}`,
      cause,
    })
  }
  const forget = (): void => {
    session.destroy()
  }
  gone.addEventListener('abort', forget)
  try {
    if (gone.aborted) forget()
    session.start(question)
    return zapVerdict(await question.answer)
  } finally {
    gone.removeEventListener('abort', forget)
    forget()
  }
}

/** One message to the handler, and one from it. */
class Question implements Traffic {
  #request: Parts | undefined
  readonly answer: Promise<Parts>
  #settle: { resolve(reply: Parts): void; reject(error: Error): void } | undefined
  readonly room = 1

  constructor(request: Parts) {
    this.#request = request
    this.answer = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
  }

  pull(): Parts | undefined {
    const request = this.#request
    this.#request = undefined
    return request
  }

  deliver(message: Parts): boolean {
    this.#settle?.resolve(message)
    return true
  }

  deliverBatch(batch: Batch): boolean {
    return this.deliver(batch.next())
  }

  subscription(): void {
    // Handlers want no topics.
  }

  discarded(): void {
    // What cannot be sent is not answered either.
  }

  drained(): void {
    // There is nothing more to send.
  }

  ended(): void {
    const reason = 'the ZAP handler left before it answered'
    this.#settle?.reject(new ZmqError('EFAULT', { reason }))
  }
}
