import type { EventType, Socket, SocketStats } from 'zerowire'
import { EventLog } from '../events.js'
import { rebind } from '../rebind.js'
import type { SocketName } from '../implementations.js'
import { describeMessage, toBytes, type Part } from './parts.js'

/** Whose socket it is; that of `ws` speaks no ZeroMQ, but what a test makes it say. */
export type Library = 'zerowire' | 'zeromq' | 'jszmq' | 'ws'

/** What an end is made of. */
export interface FarSpec {
  readonly library: Library
  readonly type: SocketName | DraftName
  readonly address: string
  /** Connects to the address; otherwise it binds to it. */
  readonly connects?: boolean
  readonly options?: Readonly<Record<string, unknown>>
  readonly subscribe?: readonly string[]
}

/** What happened to a socket, as JSON. */
export interface FarEvent {
  readonly type: EventType
  readonly code?: string
  readonly reason?: string
  readonly protocol?: string
}

/**
 * The other end of a test's sockets, which does only what it is told. It may live in another
 * process: everything it takes and gives is JSON.
 */
export interface Far {
  readonly endpoint: string
  send(...messages: (readonly Part[])[]): Promise<void>
  /** The next messages, as `describeMessage()` has them. */
  receive(count?: number): Promise<string[][]>
  /** Receives messages and sends them back. */
  echo(count: number): Promise<void>
  subscribe(...topics: string[]): Promise<void>
  unsubscribe(...topics: string[]): Promise<void>
  /** The first event of the type, or the `count`th; waits for it. */
  until(type: EventType, count?: number): Promise<FarEvent>
  stats(): Promise<SocketStats>
  close(): Promise<void>
  /** Comes back at the same endpoint, knowing nothing. */
  reopen(): Promise<void>
}

/** A socket as far ends use it; not every type has every method. */
export interface FarSocket {
  readonly lastEndpoint: string | null
  readonly events: AsyncIterable<unknown>
  linger: number
  bind(address: string): Promise<void>
  /** Of those that have the API of `zeromq`. */
  connect?(address: string): void
  send(message: Uint8Array[]): Promise<void>
  receive(): Promise<Uint8Array[]>
  subscribe(...topics: string[]): void
  unsubscribe(...topics: string[]): void
  /** Of Dish, in place of `subscribe()`. */
  join?(...groups: string[]): void
  close(): unknown
}

/** Makes the sockets of a library. */
export type Factory = (spec: FarSpec) => FarSocket | Promise<FarSocket>

/** A library as both that have the API of `zeromq` export it. */
export type Classes = Readonly<Record<SocketName, new (options: object) => unknown>>

/** Draft types that can be at the far end, and the module that a library has them in. */
type DraftName = 'Gather' | 'Scatter' | 'Dish'
export type Drafts = Readonly<Record<DraftName, new (options: object) => unknown>>

/** @param drafts loads the draft types, which warn. */
export function factoryOf(classes: Classes, drafts?: () => Promise<Drafts>): Factory {
  return async ({ type, options = {} }) => {
    const all = type in classes ? classes : { ...classes, ...(await drafts?.()) }
    return new (all as Classes & Drafts)[type](options) as FarSocket
  }
}

/** A far end in this process. */
export class LocalFar implements Far {
  readonly #factory: Factory
  readonly #spec: FarSpec
  #socket: FarSocket
  #log: EventLog
  #endpoint = ''
  #open = true

  private constructor(factory: Factory, spec: FarSpec, socket: FarSocket) {
    this.#factory = factory
    this.#spec = spec
    this.#socket = socket
    this.#log = new EventLog(socket)
  }

  static async open(factory: Factory, spec: FarSpec): Promise<LocalFar> {
    const far = new LocalFar(factory, spec, await factory(spec))
    await far.#bind(spec.address)
    return far
  }

  get endpoint(): string {
    return this.#endpoint
  }

  async send(...messages: (readonly Part[])[]): Promise<void> {
    for (const parts of messages) await this.#socket.send(parts.map(toBytes))
  }

  async receive(count = 1): Promise<string[][]> {
    const messages: string[][] = []
    while (messages.length < count) messages.push(describeMessage(await this.#socket.receive()))
    return messages
  }

  async echo(count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) await this.#socket.send(await this.#socket.receive())
  }

  subscribe(...topics: string[]): Promise<void> {
    this.#socket.subscribe(...topics)
    return Promise.resolve()
  }

  unsubscribe(...topics: string[]): Promise<void> {
    this.#socket.unsubscribe(...topics)
    return Promise.resolve()
  }

  async until(type: EventType, count?: number): Promise<FarEvent> {
    const event: object = await this.#log.until(type, count)
    const { code, reason } = ('error' in event ? event.error : {}) as FarEvent
    const { protocol } = ('peer' in event ? event.peer : {}) as FarEvent
    return { type, ...{ code, reason, protocol } } as FarEvent
  }

  stats(): Promise<SocketStats> {
    return Promise.resolve((this.#socket as unknown as Socket).stats)
  }

  async close(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    this.#socket.linger = 0
    await this.#socket.close()
  }

  async reopen(): Promise<void> {
    await this.close()
    this.#socket = await this.#factory(this.#spec)
    this.#open = true
    this.#log = new EventLog(this.#socket)
    await this.#bind(this.#endpoint)
  }

  async #bind(address: string): Promise<void> {
    if (this.#spec.connects) this.#socket.connect?.(address)
    else await rebind(this.#socket, address)
    this.#endpoint = this.#socket.lastEndpoint ?? address
    const { subscribe } = this.#spec
    if (subscribe === undefined) return
    if (this.#socket.join === undefined) this.#socket.subscribe(...subscribe)
    else this.#socket.join(...subscribe)
  }
}
