import { newFlow, took, wrote } from '#flow'
import { ZmqError } from '../errors.js'
import type { Parts } from '../message.js'
import { copyOf } from '../util/bytes.js'
import { atEndOfTurn, type TurnTask } from '../util/turn.js'
import { encodeCommand } from '../wire/command.js'
import type { Encoder } from '../wire/encoder.js'
import { encodeSubscriptionCommand, encodeSubscriptionMessage } from '../wire/subscription.js'
import type { Subscription } from '../message.js'
import type { ByteStream } from './byte-stream.js'
import type { Flow } from './flow.js'
import type { Traffic } from './session.js'
import { SubscriptionQueue } from './subscription-queue.js'

/** Bytes that are gathered before the system is asked to take them. */
const BATCH = 262_144

/**
 * The way out of a session over a stream of bytes: what is sent in one turn of the event loop is written together, as
 * long as the system takes it; after that nothing is taken from the queue before the system asks for more.
 */
export class Writer implements TurnTask {
  /** Messages taken from the pipe that the system has not taken yet. */
  unwritten = 0
  readonly flow: Flow | undefined = newFlow()
  /** Another one when the handshake is done, if the peer speaks an older version. */
  encoder: Encoder
  readonly #stream: ByteStream
  readonly #subscriptions = new SubscriptionQueue()
  /** Where messages come from; undefined until they may flow. */
  #traffic: Traffic | undefined
  #subscribesByCommand = true
  #groups = false
  #stalled = false
  #scheduled = false
  /** The time to live of a PING that waits. */
  #ping: number | undefined
  /** Answers that wait: to a PING command, and to a PING below ZMTP. */
  #answer: Uint8Array | undefined
  #pong: Uint8Array | undefined

  constructor(stream: ByteStream, encoder: Encoder) {
    this.#stream = stream
    this.encoder = encoder
  }

  /** The system has refused bytes. */
  get stalled(): boolean {
    return this.#stalled
  }

  /** @param groups what is wanted are groups, always told by command. */
  open(traffic: Traffic, subscribesByCommand: boolean, groups = false): void {
    this.#traffic = traffic
    this.#subscribesByCommand = subscribesByCommand || groups
    this.#groups = groups
  }

  /** Sends now, or says no. */
  send(message: Parts, shared: boolean): boolean {
    if (this.#stalled || this.#traffic === undefined) return false
    // What we want is said before what is sent after it.
    if (this.#subscriptions.length > 0) this.#encodeSubscriptions(Infinity)
    this.encoder.message(message, shared)
    this.unwritten++
    if (this.encoder.bytes >= BATCH) this.flush()
    else this.wake()
    return true
  }

  subscribe(subscription: Subscription): void {
    this.#subscriptions.push(subscription)
    this.wake()
  }

  /** Sends a PING that asks for a time to live, in tenths of a second. At most one waits. */
  ping(ttl: number): void {
    this.#ping = ttl
    this.wake()
  }

  /** Answers a PING command. At most one answer waits: a flood of PINGs from a peer that does not read costs nothing. */
  answer(context: Uint8Array): void {
    this.#answer = encodeCommand('PONG', context)
    this.wake()
  }

  /** The same for a PING below ZMTP. */
  pong(context: Uint8Array): void {
    this.#pong = copyOf(context)
    this.wake()
  }

  wake(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    atEndOfTurn(this)
  }

  endTurn(): void {
    this.#scheduled = false
    this.flush()
  }

  /** Writes as much as the system takes. */
  flush(): void {
    const traffic = this.#traffic
    if (traffic === undefined) return
    while (!this.#stalled) {
      this.#fill(traffic)
      if (this.encoder.bytes === 0) break
      this.write()
    }
    traffic.drained()
  }

  /** Writes what has been encoded, whatever it is. */
  write(): void {
    wrote(this)
    this.#stream.write(this.encoder.take())
    if (this.#stream.backlog === 0) {
      this.encoder.release()
      took(this)
      this.unwritten = 0
    } else {
      this.encoder.abandon()
      this.#stalled = true
    }
  }

  /** The system has taken everything. */
  drained(): void {
    if (!this.#stalled) return
    this.#stalled = false
    took(this)
    this.unwritten = 0
    this.flush()
  }

  /** The last words, where the protocol has some. */
  goodbye(): void {
    this.encoder.goodbye()
    wrote(this)
    if (this.encoder.bytes > 0) this.#stream.write(this.encoder.take())
    this.encoder.abandon()
  }

  /** The peer has left: what is sent from now on stays in the queue, for the next connection. */
  halt(): void {
    this.#stalled = true
  }

  /** Nothing more is written. */
  stop(): void {
    this.#traffic = undefined
    this.encoder.abandon()
  }

  #fill(traffic: Traffic): void {
    const { encoder } = this
    if (this.#ping !== undefined) encoder.ping(this.#ping)
    if (this.#answer !== undefined) encoder.command(this.#answer)
    if (this.#pong !== undefined) encoder.pong(this.#pong)
    this.#ping = this.#answer = this.#pong = undefined
    this.#encodeSubscriptions(BATCH)
    while (encoder.bytes < BATCH) {
      const message = traffic.pull()
      if (message === undefined) break
      try {
        encoder.message(message)
        this.unwritten++
      } catch (error) {
        // It was queued before it was known to whom it would go.
        if (!(error instanceof ZmqError) || error.code !== 'EMSGSIZE') throw error
        traffic.discarded('oversize')
      }
    }
  }

  #encodeSubscriptions(limit: number): void {
    const { encoder } = this
    while (encoder.bytes < limit) {
      const subscription = this.#subscriptions.shift()
      if (subscription === undefined) return
      if (this.#subscribesByCommand)
        encoder.command(encodeSubscriptionCommand(subscription, this.#groups))
      else encoder.message(encodeSubscriptionMessage(subscription))
    }
  }
}
