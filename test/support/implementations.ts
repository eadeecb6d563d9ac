import * as native from 'zeromq'
import { describe, it } from 'vitest'
import type * as Zerowire from 'zerowire'

/** What both libraries export; the reference's own types are the contract. */
export type Implementation = typeof native

/**
 * With ZEROWIRE_TEST_OURS=native the reference stands in for this library, which proves the
 * suites themselves: what fails then is a wrong expectation, not a fault of ours.
 */
const standIn = process.env['ZEROWIRE_TEST_OURS'] === 'native'

const loaded: unknown = standIn ? native : await import('zerowire')

/** This library under the types of the reference. */
export const ours = loaded as Implementation

/** This library under its own types, for tests of what the reference has not. */
export const zerowire = loaded as typeof Zerowire

export { native }

/** For behaviour that the reference lacks or has wrong: these tests run on ours alone. */
export const itOurs = it.runIf(!standIn)
export const describeOurs = describe.runIf(!standIn)

export type SocketName =
  | 'Push'
  | 'Pull'
  | 'Publisher'
  | 'Subscriber'
  | 'Request'
  | 'Reply'
  | 'Dealer'
  | 'Router'
  | 'Pair'
  | 'XPublisher'
  | 'XSubscriber'
  | 'Stream'

export type Part = string | Uint8Array
interface OperationOptions {
  timeout?: number
  signal?: AbortSignal
  /** Whom a message is for, with draft types. */
  routingId?: number
  group?: Part
}

/** Any socket seen through the methods that tables of socket types need. */
export type AnySocket = native.Socket & {
  sendTimeout: number
  receiveTimeout: number
  sendHighWaterMark: number
  send(message: Part | Part[], options?: OperationOptions): Promise<void>
  receive(options?: OperationOptions): Promise<Buffer[]>
  subscribe(...prefixes: Part[]): void
  unsubscribe(...prefixes: Part[]): void
  join(...groups: Part[]): void
  leave(...groups: Part[]): void
  connect(address: string, options?: { routingId?: string }): void
  setInt32Option(option: number, value: number): void
  [Symbol.asyncIterator](): AsyncIterator<Buffer[], undefined>
}

export type Options = Record<string, unknown>

type Constructor = new (options?: Options) => AnySocket

/** The classes of a library, by name. */
export type Classes<N extends string = SocketName> = Readonly<Record<N, unknown>>

/** A socket of the named type; options as its constructor takes them. */
export function make<N extends string>(library: Classes<N>, name: N, options?: Options): AnySocket {
  const constructor = library[name] as Constructor
  return new constructor(options)
}
