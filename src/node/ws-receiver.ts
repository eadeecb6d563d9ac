import { protocolError } from '../errors.js'
import type { Listener } from '../session/dialect.js'
import { Deque } from '../util/deque.js'
import { LIMITS } from '../wire/limits.js'
import type { Irregular } from '../wire/websocket-decoder.js'
import { builtinModule } from './builtin.js'

/** Chunks of one frame, and fragments of one message, that may wait to be joined. */
const MOST_PIECES = 65_536

/** What of `ws` is used here; its types leave it out. */
interface WsReceiver {
  readonly errored: Error | null
  write(bytes: Uint8Array): boolean
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): void
  on(event: 'ping', listener: (data: Buffer) => void): void
  on(event: 'conclude' | 'error', listener: () => void): void
}

interface ReceiverOptions {
  readonly isServer: boolean
  readonly maxPayload: number
  readonly maxFragments: number
  readonly maxBufferedChunks: number
  readonly allowSynchronousEvents: boolean
  readonly skipUTF8Validation: boolean
}

export type ReceiverClass = new (options: ReceiverOptions) => WsReceiver

let receiverClass: Promise<ReceiverClass> | undefined

/**
 * What connections need of `ws`, which brings all of HTTP with it. Listeners ask for it before anybody
 * comes: then there may be no file descriptor left to read it with.
 */
export function loadReceiver(): Promise<ReceiverClass> {
  return (receiverClass ??= loadWs().then(
    ({ Receiver }) => Receiver,
    (error: unknown) => {
      receiverClass = undefined
      throw error
    },
  ))
}

interface Ws {
  readonly Receiver: ReceiverClass
}

/** Bun has a `ws` of its own, which reads no frames: there the path of the installed one is looked up. */
async function loadWs(): Promise<Ws> {
  if ('bun' in process.versions) {
    const load = builtinModule().createRequire(`${__dirname}/`)
    try {
      return load(load.resolve('ws/package.json').replace('package.json', 'index.js')) as Ws
    } catch {
      // Beside a single executable there is none: a connection ends with the first frame for it.
    }
  }
  return (await import('ws')) as unknown as Ws
}

/** Of the file: Bun has it in both kinds of modules. */
declare const __dirname: string

/**
 * Control frames, messages in fragments, and whatever breaks RFC 6455, judged and joined by `ws`. It
 * calls back before `write()` returns.
 */
export class IrregularFrames implements Irregular {
  readonly #receiverClass: ReceiverClass
  readonly #isServer: boolean
  readonly #listener: Listener
  readonly #messages = new Deque<Uint8Array>()
  /** Most connections never need one. */
  #receiver: WsReceiver | undefined

  constructor(receiverClass: ReceiverClass, isServer: boolean, listener: Listener) {
    this.#receiverClass = receiverClass
    this.#isServer = isServer
    this.#listener = listener
  }

  feed(bytes: Uint8Array): void {
    this.#receiver ??= this.#create()
    this.#receiver.write(bytes)
    const { errored } = this.#receiver
    if (errored !== null) throw protocolError(errored.message)
  }

  shift(): Uint8Array | undefined {
    return this.#messages.shift()
  }

  #create(): WsReceiver {
    const receiver = new this.#receiverClass({
      isServer: this.#isServer,
      // The decoder has judged it by `maxMessageSize`.
      maxPayload: LIMITS.message,
      maxFragments: MOST_PIECES,
      maxBufferedChunks: MOST_PIECES,
      allowSynchronousEvents: true,
      skipUTF8Validation: false,
    })
    receiver.on('message', (data, isBinary) => {
      if (!isBinary)
        throw protocolError('a WebSocket message of text, where binary ones are expected')
      this.#messages.push(data)
    })
    receiver.on('ping', (data) => {
      this.#listener.onPing(data)
    })
    receiver.on('conclude', () => {
      this.#listener.goodbye()
    })
    // What went wrong is thrown by `feed()`.
    receiver.on('error', () => undefined)
    return receiver
  }
}
