import { onTestFinished } from 'vitest'
import { peerOf } from 'zerowire/extra'
import { EventLog } from './events.js'
import { native, ours, type AnySocket, type Implementation } from './implementations.js'
import { Pyzmq, type Handler, type PyzmqSocket } from './pyzmq.js'
import { open } from './scope.js'
import { freshAddress, type Scheme } from './transports.js'

/** Options of security, under the names of the properties. */
export type Security = Readonly<Record<string, string | boolean>>

/** What a ZAP handler (RFC 27) makes of a request: the status that a domain, a user or a key stands for. */
function statusOf(
  keys: Readonly<Record<string, string>>,
  [, , domain, , , mechanism, first, second]: readonly Buffer[],
): string {
  switch (String(mechanism)) {
    case 'PLAIN':
      return String(second) === 'secret' ? String(first) : '400'
    case 'CURVE':
      return keys[first?.toString('hex') ?? ''] ?? '400'
    default:
      return String(domain)
  }
}

/** The handler of a library's context. */
export async function serveZap(
  lib: Implementation,
  keys: Readonly<Record<string, string>>,
): Promise<{ close(): void }> {
  const handler = new lib.Reply({ linger: 0 })
  await handler.bind('inproc://zeromq.zap.01')
  const serve = async (): Promise<void> => {
    for await (const request of handler) {
      const [version = '', id = '', , , , mechanism] = request
      const metadata = '\x04Role\0\0\0\x05guest'
      const user = `user ${String(mechanism)}`
      await handler.send([version, id, statusOf(keys, request), 'because', user, metadata])
    }
  }
  // Closing it ends it all.
  serve().catch(() => undefined)
  return handler
}

/** A DEALER of whichever library, which says hello as soon as it can. */
export interface SecureEnd {
  /** The first that is like this among its events. */
  until(type: RegExp): Promise<{ readonly type: string; readonly status?: number | undefined }>
  /** The first message, and who it is from, where the library tells. */
  hello(): Promise<{ readonly text: string; readonly user?: string | undefined }>
  /** Closes it. @returns all that it had told. */
  close(): Promise<readonly string[]>
}

export type Library = 'zerowire' | 'zeromq' | 'pyzmq'

/** The ends of a file of tests. */
export class SecureEnds {
  readonly #pyzmq: Pyzmq

  /** @param handler who answers for pyzmq. */
  constructor(handler: Handler) {
    this.#pyzmq = new Pyzmq(handler)
  }

  stop(): void {
    this.#pyzmq.stop()
  }

  async listen(
    library: Library,
    scheme: Scheme,
    options: Security,
  ): Promise<SecureEnd & { readonly endpoint: string }> {
    if (library === 'pyzmq') return this.#python('bind', freshAddress(scheme), options)
    const socket = dealer(library, options)
    const end = endOf(socket)
    await socket.bind(freshAddress(scheme))
    return { ...end, endpoint: socket.lastEndpoint ?? '' }
  }

  async dial(library: Library, address: string, options: Security): Promise<SecureEnd> {
    if (library === 'pyzmq') return this.#python('connect', address, options)
    const socket = dealer(library, options)
    const end = endOf(socket)
    socket.connect(address)
    return Promise.resolve(end)
  }

  async #python(how: 'bind' | 'connect', address: string, options: Security) {
    const socket = this.#pyzmq.open(how, address, numbered(options))
    const { endpoint = '' } = await socket.until((fact) => fact.endpoint !== undefined)
    return { ...pythonEnd(socket), endpoint }
  }
}

function dealer(library: Library, options: Security): AnySocket {
  return open(library === 'zerowire' ? ours : native, 'Dealer', { ...options, linger: 0 })
}

function endOf(socket: AnySocket): SecureEnd {
  const log = new EventLog(socket)
  const sending = socket.send(`hello from ${socket instanceof ours.Dealer ? 'zerowire' : 'zeromq'}`)
  sending.catch(() => undefined)
  return {
    until: async (type) => {
      const { error, ...event } = (await log.like(type)) as {
        type: string
        error?: { status?: number }
      }
      return { type: event.type, status: error?.status }
    },
    hello: async () => {
      const message = await socket.receive()
      return { text: String(message[0]), user: peerOf(message)?.userId }
    },
    close: () => {
      socket.close()
      return log.untilEnd()
    },
  }
}

/** As pyzmq calls them. */
function numbered(options: Security): object {
  const entries = Object.entries(options).map(([name, value]) => {
    const constant = name.replaceAll(/(?<!^)([A-Z])/g, '_$1').toUpperCase()
    const known = constant.replace(/^(CURVE)_(PUBLIC|SECRET|SERVER)_KEY$/, '$1_$2KEY')
    return [known, typeof value === 'boolean' ? Number(value) : value]
  })
  return Object.fromEntries(entries) as object
}

function pythonEnd(socket: PyzmqSocket): SecureEnd {
  onTestFinished(() => {
    socket.close()
  })
  return {
    until: async (type) => {
      const found = await socket.until((fact) => type.test(fact.type ?? ''))
      return {
        type: found.type ?? '',
        status: found.type?.endsWith('auth') ? found.value : undefined,
      }
    },
    hello: async () => {
      const { text = '', user } = await socket.until((fact) => fact.text !== undefined)
      return { text, user }
    },
    close: async () => {
      socket.close()
      await socket.until((fact) => fact.type === 'end')
      return socket.facts().flatMap(({ type }) => type ?? [])
    },
  }
}
