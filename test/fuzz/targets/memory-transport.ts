import { context, servicesOf } from '../../../src/context.js'
import { parseEndpoint, type Endpoint } from '../../../src/endpoint.js'
import type { ByteStream } from '../../../src/session/byte-stream.js'
import { nextConnection, type Session } from '../../../src/session/session.js'
import { StreamSession } from '../../../src/session/stream-session.js'
import type { Accept, Listener, LocalEnd, Transport } from '../../../src/transport/transport.js'
import { MemoryStream } from '../../support/memory-stream.js'
import { DIALECTS } from './dialects.js'

interface Bound {
  readonly local: LocalEnd
  readonly accept: Accept
  /** Those whose handshake is not done. */
  readonly strangers: Set<Session>
}

interface Begun {
  readonly text: string
  readonly dialect: string
  readonly accepted: boolean
}

/** `memory://name`: sockets as they are, over streams that a script has in its hand. */
class MemoryTransport implements Transport {
  // Some types have their schemes, none of which is ours.
  readonly scheme = 'tcp'
  readonly observable = true
  /** What strangers speak. */
  dialect = 'zmtp'
  /** Where the next connection goes, if not to a socket. */
  stranger: (() => ByteStream) | undefined
  readonly #bound = new Map<string, Bound>()

  check(): void {
    // Every name is one.
  }

  listen({ text }: Endpoint, local: LocalEnd, accept: Accept): Listener {
    const strangers = new Set<Session>()
    this.#bound.set(text, { local, accept, strangers })
    return {
      endpoint: text,
      close: () => {
        this.#bound.delete(text)
        for (const session of strangers) session.destroy()
      },
    }
  }

  connect({ text }: Endpoint, local: LocalEnd, signal: AbortSignal): Promise<Session> {
    const { stranger } = this
    const [near, far] = stranger === undefined ? MemoryStream.pair() : [stranger()]
    if (far !== undefined) this.admit(text, far, 'zmtp')
    const dialect = far === undefined ? this.dialect : 'zmtp'
    const session = this.#begin(near, local, { text, dialect, accepted: false })
    const abort = (): void => {
      session.destroy()
    }
    signal.addEventListener('abort', abort, { once: true })
    return session.handshake().finally(() => {
      signal.removeEventListener('abort', abort)
    })
  }

  /** Somebody connects. */
  admit(text: string, stream: ByteStream, dialect = this.dialect): void {
    const bound = this.#bound.get(text)
    if (bound === undefined) {
      stream.destroy()
      return
    }
    const { local, accept, strangers } = bound
    const session = this.#begin(stream, local, { text, dialect, accepted: true })
    strangers.add(session)
    session
      .handshake()
      .then(accept, () => undefined)
      .finally(() => {
        strangers.delete(session)
      })
  }

  #begin(stream: ByteStream, local: LocalEnd, { text, dialect, accepted }: Begun): StreamSession {
    const { speak, inside } = DIALECTS[dialect] ?? { speak: undefined }
    if (speak === undefined) throw new Error(`no dialect ${dialect}`)
    const connection = nextConnection()
    const facts = { endpoint: text, remoteAddress: text, connection, accepted }
    return new StreamSession(inside?.(stream) ?? stream, local, facts, speak)
  }
}

export const memory: MemoryTransport = new MemoryTransport()

const services = servicesOf(context)
const { transport } = services
services.transport = (address) =>
  address.startsWith('memory:')
    ? { endpoint: parseEndpoint(address), transport: memory }
    : transport(address)
