import { onTestFinished } from 'vitest'
import type { Event, EventOfType, EventType } from 'zerowire'
import { parseEndpoint } from '../../src/endpoint.js'
import '../../src/node/system-options.js'
import { initialOptions, type OptionValues } from '../../src/options.js'
import type { Authenticator, Stranger } from '../../src/security/authenticator.js'
import type { Session } from '../../src/session/session.js'
import type { Listener, LocalEnd, Transport } from '../../src/transport/transport.js'
import { TestPipe } from './test-pipe.js'
import { WakeUp } from './wake-up.js'

interface EndFacts {
  readonly type?: string
  readonly routingId?: string
  readonly options?: Partial<OptionValues>
  /** Judges whoever comes; `gone` is aborted when nobody waits any more. */
  readonly judge?: (stranger: Stranger, gone: AbortSignal) => ReturnType<Authenticator>
}

/** What a socket tells its transports about itself, with a record of what they tell it. */
export class TestEnd implements LocalEnd {
  readonly socketType: string
  readonly routingId: Uint8Array | undefined
  readonly options: OptionValues
  readonly events: Event[] = []
  readonly authenticator?: NonNullable<LocalEnd['authenticator']>
  readonly #news = new WakeUp()

  constructor({ type = 'DEALER', routingId, options = {}, judge }: EndFacts = {}) {
    if (judge !== undefined) {
      this.authenticator = (_connection, gone) => (stranger) => judge(stranger, gone())
    }
    this.socketType = type
    this.routingId = routingId === undefined ? undefined : Buffer.from(routingId)
    this.options = initialOptions(options)
  }

  /** A type that only talks to itself. */
  accepts(socketType: string): boolean {
    return socketType === this.socketType
  }

  readonly emit = (event: Event): void => {
    this.events.push(event)
    this.#news.notify()
  }

  until<T extends EventType>(type: T): Promise<EventOfType<T>> {
    return this.#news.until(
      () => this.events.find((event) => event.type === type) as EventOfType<T> | undefined,
    )
  }
}

/** A listener and what it has accepted. */
export class Acceptor {
  readonly end: TestEnd
  readonly sessions: Session[] = []
  readonly #news = new WakeUp()
  #listener: Listener | undefined
  /** How many of them accept() has handed out. */
  taken = 0

  constructor(end = new TestEnd()) {
    this.end = end
  }

  async listen(transport: Transport, address: string): Promise<this> {
    const endpoint = parseEndpoint(address)
    const prepared = (await transport.prepare?.(endpoint, this.end)) ?? endpoint
    const listener = transport.listen(prepared, this.end, (session) => {
      this.sessions.push(session)
      this.#news.notify()
    })
    this.#listener = listener
    onTestFinished(() => {
      listener.close()
    })
    return this
  }

  get address(): string {
    return this.#listener?.endpoint ?? 'nowhere'
  }

  close(): void {
    this.#listener?.close()
  }

  async accept(capacity?: number): Promise<TestPipe> {
    const session = await this.#news.until(() => this.sessions[this.taken])
    this.taken += 1
    return new TestPipe(session, capacity)
  }
}

interface ConnectFacts {
  readonly end?: TestEnd
  readonly signal?: AbortSignal
}

/** One attempt to connect. */
export async function connect(
  transport: Transport,
  address: string,
  { end = new TestEnd(), signal = new AbortController().signal }: ConnectFacts = {},
): Promise<TestPipe> {
  return new TestPipe(await transport.connect(parseEndpoint(address), end, signal))
}
