import { protocolError, ZmqError } from '../errors.js'
import type { PeerInfo } from '../events.js'
import type { Parts } from '../message.js'
import { NullMechanism } from '../security/null.js'
import { copyOf, EMPTY, fromText } from '../util/bytes.js'
import { deferred } from '../util/deferred.js'
import { startTimer, type Timer } from '../util/timer.js'
import { atEndOfTurn, type TurnTask } from '../util/turn.js'
import {
  decodeCommand,
  decodePing,
  encodeCommand,
  encodePing,
  LONGEST_TTL,
} from '../wire/command.js'
import { FrameDecoder } from '../wire/decoder.js'
import { FrameEncoder } from '../wire/encoder.js'
import { encodeProperty } from '../wire/metadata.js'
import {
  encodeSubscriptionCommand,
  encodeSubscriptionMessage,
  type Subscription,
} from '../wire/subscription.js'
import type { ByteStream, ByteStreamHandler } from './byte-stream.js'
import { Heartbeat, type HeartbeatHost } from './heartbeat.js'
import type { LocalPeer, Session, Traffic } from './session.js'
import { SubscriptionQueue } from './subscription-queue.js'
import { ZmtpHandshake, type HandshakeResult } from './zmtp-handshake.js'

/** Bytes that are gathered before the system is asked to take them. */
const BATCH = 262_144

/** How long a peer may take to answer our goodbye. */
const GOODBYE_MS = 1000

/** What is known of a connection before its handshake. */
export interface Connection {
  /** The endpoint at this end, for events. */
  readonly endpoint: string
  readonly remoteAddress: string
  readonly connection: number
}

type State =
  /** Greetings and commands of the mechanism. */
  | 'handshake'
  /** Nobody takes messages yet. */
  | 'ready'
  | 'open'
  /** What was sent still leaves; nothing comes in any more. */
  | 'closing'
  | 'closed'

/** ZMTP 3 over a stream of bytes (RFC 37). */
export class ZmtpSession implements Session, ByteStreamHandler, HeartbeatHost, TurnTask {
  readonly connection: number
  unwritten = 0
  readonly #stream: ByteStream
  readonly #local: LocalPeer
  readonly #facts: { address: string; connection: number; remoteAddress: string }
  readonly #encoder = new FrameEncoder()
  readonly #decoder: FrameDecoder
  readonly #subscriptions = new SubscriptionQueue()
  readonly #closing = deferred<undefined>()
  #handshake: ZmtpHandshake | undefined
  #outcome: ((error: Error | undefined) => void) | undefined
  #deadline: Timer | undefined
  #heartbeat: Heartbeat | undefined
  #result: HandshakeResult | undefined
  #traffic: Traffic | undefined
  #state: State = 'handshake'
  /** The system has refused bytes: nothing more is given to it before the backlog is gone. */
  #stalled = false
  #scheduled = false
  #paused = false
  /** The peer has left, while what it sent is still waiting for room. */
  #ended: { error: Error | undefined } | undefined
  #pingDue = false
  #pong: Uint8Array | undefined

  constructor(
    stream: ByteStream,
    local: LocalPeer,
    { endpoint, remoteAddress, connection }: Connection,
  ) {
    this.#stream = stream
    this.#local = local
    this.connection = connection
    this.#facts = { address: endpoint, connection, remoteAddress }
    this.#decoder = new FrameDecoder(local.options, (body) => {
      this.#command(body)
    })
  }

  get peer(): PeerInfo {
    const peer = this.#result?.peer ?? { socketType: '', routingId: EMPTY, protocol: 'ZMTP' }
    return { address: this.#facts.remoteAddress, ...peer }
  }

  get paused(): boolean {
    return this.#paused
  }

  /** Settles when messages can flow; rejects with what went wrong, the connection then being gone. */
  async handshake(): Promise<this> {
    const { promise, resolve, reject } = deferred<this>()
    this.#outcome = (error) => {
      this.#outcome = undefined
      this.#deadline?.cancel()
      if (error === undefined) resolve(this)
      else reject(error)
    }
    const { handshakeInterval } = this.#local.options
    if (handshakeInterval > 0) {
      this.#deadline = startTimer(handshakeInterval, () => {
        const reason = `the handshake was not done within ${String(handshakeInterval)} ms`
        this.destroy(new ZmqError('ETIMEDOUT', { reason }))
      })
    }
    const mechanism = new NullMechanism(properties(this.#local))
    this.#handshake = new ZmtpHandshake(this.#local, mechanism, this.#encoder, this.#decoder)
    this.#stream.attach(this)
    this.#write()
    return promise
  }

  start(traffic: Traffic): void {
    this.#traffic = traffic
    if (this.#state !== 'ready') {
      traffic.ended(this.#ended?.error)
      return
    }
    this.#state = 'open'
    this.#reportReady()
    if (this.#local.options.heartbeatInterval > 0) {
      this.#heartbeat = new Heartbeat(this)
      this.#heartbeat.start(this.#local.options)
    }
    this.flush()
    this.#protect(() => {
      if (traffic.full) this.#stopReading()
      else this.#pump()
    })
  }

  // --- out

  send(message: Parts): boolean {
    if (this.#stalled || this.#state !== 'open') return false
    this.#encoder.message(message)
    this.unwritten++
    if (this.#encoder.bytes >= BATCH) this.flush()
    else this.wake()
    return true
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

  flush(): void {
    if (this.#state !== 'open' && this.#state !== 'closing') return
    while (!this.#stalled) {
      this.#fill()
      if (this.#encoder.bytes === 0) break
      this.#write()
    }
    this.#traffic?.drained()
  }

  subscribe(subscription: Subscription): void {
    this.#subscriptions.push(subscription)
    this.wake()
  }

  ping(): void {
    this.#pingDue = true
    this.wake()
  }

  #fill(): void {
    if (this.#pingDue) {
      this.#pingDue = false
      const ttl = Math.floor(this.#local.options.heartbeatTimeToLive / 100)
      this.#encoder.command(encodePing(Math.min(ttl, LONGEST_TTL)))
    }
    if (this.#pong !== undefined) {
      this.#encoder.command(encodeCommand('PONG', this.#pong))
      this.#pong = undefined
    }
    while (this.#encoder.bytes < BATCH) {
      const subscription = this.#subscriptions.shift()
      if (subscription === undefined) break
      if (this.#result?.subscribesByCommand === true) {
        this.#encoder.command(encodeSubscriptionCommand(subscription))
      } else this.#encoder.message(encodeSubscriptionMessage(subscription))
    }
    while (this.#encoder.bytes < BATCH) {
      const message = this.#traffic?.pull()
      if (message === undefined) break
      this.#encoder.message(message)
      this.unwritten++
    }
  }

  #write(): void {
    this.#stream.write(this.#encoder.take())
    if (this.#stream.backlog === 0) {
      this.#encoder.release()
      this.unwritten = 0
    } else {
      this.#encoder.abandon()
      this.#stalled = true
    }
  }

  onDrain(): void {
    if (!this.#stalled) return
    this.#stalled = false
    this.unwritten = 0
    this.flush()
    if (this.#state === 'closing' && !this.#stalled) this.#sayGoodbye()
  }

  // --- in

  onData(chunk: Uint8Array): void {
    this.#heartbeat?.alive()
    this.#protect(() => {
      if (this.#state === 'open') {
        this.#decoder.push(chunk)
        this.#pump()
      } else if (this.#state === 'handshake') this.#shake(chunk)
      else if (this.#state === 'ready') this.#decoder.push(chunk)
    })
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#protect(() => {
      this.#pump()
    })
    if (this.#paused || this.#state !== 'open') return
    if (this.#ended !== undefined) this.#finish(this.#ended.error)
    else this.#stream.resume()
  }

  onClose(error: Error | undefined): void {
    this.#ended ??= { error }
    if (this.#paused && this.#state === 'open') return
    this.#finish(this.#ended.error)
  }

  #pump(): void {
    while (this.#state === 'open') {
      const message = this.#decoder.next()
      if (message === undefined) return
      if (this.#traffic?.deliver(message) !== true) this.#stopReading()
      if (this.#paused) return
    }
  }

  #stopReading(): void {
    this.#paused = true
    this.#stream.pause()
  }

  #shake(chunk: Uint8Array): void {
    try {
      this.#result = this.#handshake?.receive(chunk)
    } finally {
      // Our greeting goes out even when we are about to leave, so that nobody waits for it (RFC 37).
      this.#write()
    }
    if (this.#result === undefined) return
    this.#handshake = undefined
    this.#decoder.expectTraffic()
    this.#state = 'ready'
    this.#outcome?.(undefined)
  }

  /** Commands between messages. What we do not know, or have no use for, is ignored (as libzmq does). */
  #command(body: Uint8Array): void {
    const command = decodeCommand(body)
    if (command === undefined) return
    switch (command.name) {
      case 'SUBSCRIBE':
        this.#traffic?.subscription({ topic: command.data, on: true })
        break
      case 'CANCEL':
        this.#traffic?.subscription({ topic: command.data, on: false })
        break
      case 'PING': {
        const ping = decodePing(command.data)
        if (ping === undefined) throw protocolError('a PING without a time to live')
        // One PONG at a time: a flood of PINGs to a peer that does not read costs nothing.
        this.#pong = copyOf(ping.context)
        this.wake()
        this.#heartbeat ??= new Heartbeat(this)
        this.#heartbeat.timeToLive(ping.ttl * 100)
        break
      }
    }
  }

  // --- the end

  expired(reason: string): void {
    this.destroy(new ZmqError('ETIMEDOUT', { reason }))
  }

  close(): Promise<unknown> {
    if (this.#state === 'open' || this.#state === 'ready') {
      this.#state = 'closing'
      this.#heartbeat?.stop()
      this.flush()
      this.#paused = false
      this.#stream.resume()
      if (!this.#stalled) this.#sayGoodbye()
    } else if (this.#state === 'handshake') this.destroy()
    return this.#closing.promise
  }

  #sayGoodbye(): void {
    this.#stream.end()
    this.#deadline = startTimer(GOODBYE_MS, () => {
      this.destroy()
    })
  }

  destroy(error?: Error): void {
    if (this.#state === 'closed') return
    this.#ended ??= { error }
    this.#stream.destroy()
    this.#finish(this.#ended.error)
  }

  #finish(error: Error | undefined): void {
    if (this.#state === 'closed') return
    if (this.#state === 'ready') this.#reportReady()
    const duringHandshake = this.#state === 'handshake'
    const orderly = this.#state === 'closing'
    this.#state = 'closed'
    this.#deadline?.cancel()
    this.#heartbeat?.stop()
    this.#encoder.abandon()
    if (duringHandshake)
      this.#reportFailure(
        error ?? new ZmqError('EPIPE', { reason: 'the peer left during the handshake' }),
      )
    const { peer } = this
    this.#local.emit({
      type: 'disconnect',
      ...this.#facts,
      peer,
      ...(error instanceof ZmqError && !orderly ? { error } : {}),
    })
    this.#closing.resolve(undefined)
    this.#traffic?.ended(error)
  }

  /** Not before a pipe has the session, or has refused it: whoever hears of it may want to send. */
  #reportReady(): void {
    this.#local.emit({ type: 'handshake', ...this.#facts, peer: this.peer })
  }

  #reportFailure(error: Error): void {
    const fault = error instanceof ZmqError ? error : new ZmqError('EPIPE', { cause: error })
    const kind = isFault(fault) ? 'handshake:error:protocol' : 'handshake:error:other'
    this.#local.emit({ type: kind, ...this.#facts, error: fault })
    this.#outcome?.(fault)
  }

  /** Nothing that a peer sends may throw beyond this point. */
  #protect(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }
}

/** Whether the peer broke the protocol, rather than the connection. */
function isFault({ code }: ZmqError): boolean {
  return code.startsWith('ERR_ZMTP_') || code === 'EPROTO' || code === 'EMSGSIZE'
}

function properties({ socketType, routingId }: LocalPeer): Uint8Array[] {
  const list = [encodeProperty('Socket-Type', fromText(socketType))]
  if (routingId !== undefined) list.push(encodeProperty('Identity', routingId))
  return list
}
