import { came } from '#flow'
import { fromSystemError, protocolError, ZmqError } from '../errors.js'
import type { PeerInfo } from '../events.js'
import type { Parts } from '../message.js'
import { EMPTY } from '../util/bytes.js'
import { deferred } from '../util/deferred.js'
import { startTimer, type Timer } from '../util/timer.js'
import { decodeCommand } from '../wire/command.js'
import type { Decoder } from '../wire/decoder.js'
import { decodePing, LONGEST_TTL } from '../wire/ping.js'
import { decodeSubscription } from '../wire/subscription.js'
import type { Subscription } from '../message.js'
import type { ByteStream, ByteStreamHandler } from './byte-stream.js'
import type { HandshakeResult, Listener, Speak } from './dialect.js'
import type { Flow } from './flow.js'
import { reportFailure } from './handshake-failure.js'
import { Heartbeat, type HeartbeatHost } from './heartbeat.js'
import { Introduction } from './introduction.js'
import {
  NOTHING_SAID,
  type Connection,
  type LocalPeer,
  type Session,
  type Traffic,
} from './session.js'
import { Writer } from './writer.js'

/** How long a peer may take to answer our goodbye. */
const GOODBYE_MS = 1000

type State =
  /** Greetings and commands of the mechanism. */
  | 'handshake'
  /** Nobody takes messages yet. */
  | 'ready'
  | 'open'
  /** What was sent still leaves; nothing comes in any more. */
  | 'closing'
  | 'closed'

/** A conversation over a stream of bytes, in the words of some dialect. */
export class StreamSession implements Session, ByteStreamHandler, HeartbeatHost, Listener {
  readonly connection: number
  readonly #stream: ByteStream
  readonly #local: LocalPeer
  readonly #facts: { address: string; connection: number; remoteAddress: string }
  readonly #writer: Writer
  #decoder: Decoder
  readonly #closing = deferred<undefined>()
  #introduction: Introduction | undefined
  #outcome: ((error: Error | undefined) => void) | undefined
  #deadline: Timer | undefined
  #heartbeat: Heartbeat | undefined
  #result: HandshakeResult | undefined
  #traffic: Traffic | undefined
  #state: State = 'handshake'
  /** There is no room for what comes in. */
  #paused = false
  /** The stream flows; it need not be stopped and started for every few messages. */
  #reading = true
  #saidGoodbye = false
  /** The peer has left, while what it sent is still waiting for room. */
  #ended: { error: Error | undefined } | undefined

  constructor(stream: ByteStream, local: LocalPeer, about: Connection, speak: Speak) {
    const { endpoint, remoteAddress, connection } = about
    const { encoder, decoder, handshake } = speak(local, this, about)
    this.#stream = stream
    this.#writer = new Writer(stream, encoder)
    this.#decoder = decoder
    this.#introduction = new Introduction(handshake, stream, this.#writer, {
      agreed: (result) => {
        this.#agree(result)
      },
      failed: (error) => {
        this.#fail(error)
      },
    })
    this.#local = local
    this.connection = connection
    this.#facts = { address: endpoint, connection, remoteAddress }
  }

  get peer(): PeerInfo {
    const peer = this.#result?.peer ?? { ...NOTHING_SAID, protocol: '' }
    return { address: this.#facts.remoteAddress, ...peer }
  }

  get paused(): boolean {
    return this.#paused
  }

  /**
   * Settles when messages can flow; rejects with what went wrong, the connection then being gone.
   * @param signal calls it off.
   */
  async handshake(signal?: AbortSignal): Promise<this> {
    const { promise, resolve, reject } = deferred<this>()
    const abort = (): void => {
      this.destroy()
    }
    signal?.addEventListener('abort', abort)
    this.#outcome = (error) => {
      this.#outcome = undefined
      this.#deadline?.cancel()
      signal?.removeEventListener('abort', abort)
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
    this.#stream.attach(this)
    this.#writer.write()
    this.#protect(() => {
      this.#introduction?.begin()
    })
    return promise
  }

  start(traffic: Traffic): void {
    if (this.#state !== 'ready') {
      traffic.ended(this.#ended?.error)
      return
    }
    this.#traffic = traffic
    this.#state = 'open'
    if (this.#local.options.heartbeatInterval > 0 && this.#result?.answersPing === true) {
      this.#heartbeat = new Heartbeat(this)
      this.#heartbeat.start(this.#local.options)
    }
    this.#writer.open(traffic, this.#result?.subscribesByCommand === true, this.#local.groups)
    this.flush()
    // Only now: whoever hears of it may want to send, or to close everything.
    this.#reportReady()
    this.#protect(() => {
      if (this.#result?.wantsAll === true) traffic.subscription({ topic: EMPTY, on: true })
      if (traffic.room === 0) this.#stopReading()
      else this.#pump()
    })
  }

  // --- out

  get unwritten(): number {
    return this.#writer.unwritten
  }

  get flow(): Flow | undefined {
    return this.#writer.flow
  }

  send(message: Parts, shared = false): boolean {
    return this.#writer.send(message, shared)
  }

  wake(): void {
    this.#writer.wake()
  }

  flush(): void {
    this.#writer.flush()
  }

  subscribe(subscription: Subscription): void {
    this.#writer.subscribe(subscription)
  }

  ping(): void {
    const ttl = Math.floor(this.#local.options.heartbeatTimeToLive / 100)
    this.#writer.ping(Math.min(ttl, LONGEST_TTL))
  }

  onDrain(): void {
    this.#writer.drained()
    if (this.#state === 'closing' && !this.#writer.stalled) this.#sayGoodbye()
  }

  // --- in

  onData(chunk: Uint8Array): void {
    came(this, chunk)
    this.#heartbeat?.alive()
    this.#protect(() => {
      if (this.#state === 'open') {
        this.#decoder.push(chunk)
        if (!this.#paused) this.#pump()
      } else if (this.#state === 'handshake') this.#introduction?.receive(chunk)
      else if (this.#state === 'ready') this.#decoder.push(chunk)
    })
  }

  target(): Uint8Array | undefined {
    return this.#state === 'open' && !this.#paused ? this.#decoder.target() : undefined
  }

  get largeFrames(): boolean {
    return this.#decoder.largeFrames
  }

  onFilled(count: number): void {
    came(this, { length: count })
    this.#heartbeat?.alive()
    this.#protect(() => {
      this.#decoder.filled(count)
      if (this.#state === 'open' && !this.#paused) this.#pump()
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
    else {
      this.#reading = true
      this.#stream.resume()
    }
  }

  onEnd(): void {
    this.#writer.halt()
  }

  onClose(failure: Error | undefined): void {
    const error = failure && fromSystemError(failure, this.#facts.address, 'ECONNRESET')
    this.#ended ??= { error }
    this.#writer.halt()
    if (this.#state === 'closed') this.#deadline?.cancel()
    if (this.#paused && this.#state === 'open') return
    this.#finish(this.#ended.error)
  }

  #pump(): void {
    while (this.#state === 'open' && !this.#paused && this.#traffic !== undefined) {
      const traffic = this.#traffic
      const run = this.#decoder.run(Math.max(traffic.room, 1))
      const message = run === undefined ? this.#decoder.next() : undefined
      if (run !== undefined) this.#delivered(traffic.deliverBatch(run))
      else if (message !== undefined) this.#delivered(traffic.deliver(message))
      else return
    }
  }

  #delivered(room: boolean): void {
    if (!room) this.#stopReading()
  }

  #stopReading(): void {
    this.#paused = true
    if (!this.#reading) return
    this.#reading = false
    this.#stream.pause()
  }

  #agree(result: HandshakeResult): void {
    this.#result = result
    const { codec } = result
    if (codec !== undefined) {
      this.#writer.encoder = codec.encoder
      this.#decoder = codec.decoder
    }
    this.#introduction = undefined
    this.#decoder.expectTraffic()
    this.#state = 'ready'
    this.#outcome?.(undefined)
  }

  /** Commands between messages. What we do not know, or have no use for, is ignored (as libzmq does). */
  command(body: Uint8Array): void {
    const command = decodeCommand(body)
    if (command === undefined) return
    if (command.name !== 'PING') {
      const change = decodeSubscription(command, this.#local.groups)
      if (change !== undefined) this.#traffic?.subscription(change)
      return
    }
    const ping = decodePing(command.data)
    if (ping === undefined) throw protocolError('a PING without a time to live')
    this.#writer.answer(ping.context)
    this.#heartbeat ??= new Heartbeat(this)
    this.#heartbeat.timeToLive(ping.ttl * 100)
  }

  /** A PING below ZMTP; those of ZMTP are commands. */
  onPing(context: Uint8Array): void {
    this.#writer.pong(context)
  }

  // --- the end

  /** The peer leaves: what it sent before has been delivered, what we have not sent stays in the queue. */
  goodbye(): void {
    this.#writer.halt()
    if (this.#state === 'open') this.#state = 'closing'
    this.#sayGoodbye()
  }

  expired(reason: string): void {
    this.destroy(new ZmqError('ETIMEDOUT', { reason }))
  }

  close(): Promise<unknown> {
    if (this.#ended !== undefined) this.#finish(this.#ended.error)
    else if (this.#state === 'open' || this.#state === 'ready') {
      this.#state = 'closing'
      this.#heartbeat?.stop()
      this.flush()
      this.#paused = false
      this.#stream.resume()
      if (!this.#writer.stalled) this.#sayGoodbye()
    } else if (this.#state === 'handshake') this.destroy()
    return this.#closing.promise
  }

  #sayGoodbye(): void {
    if (this.#saidGoodbye) return
    this.#saidGoodbye = true
    this.#writer.goodbye()
    this.#stream.end()
    this.#deadline?.cancel()
    this.#deadline = startTimer(GOODBYE_MS, () => {
      this.destroy()
    })
  }

  destroy(error?: Error): void {
    if (this.#state === 'closed') return
    this.#ended ??= { error }
    // Whoever is refused is to be told so, and would not hear it of a connection that is torn down.
    const refused = error instanceof ZmqError && error.status !== undefined
    if (refused) this.#stream.end()
    else this.#stream.destroy()
    this.#finish(this.#ended.error)
    if (!refused) return
    this.#deadline = startTimer(GOODBYE_MS, () => {
      this.#stream.destroy()
    })
  }

  #finish(error: Error | undefined): void {
    if (this.#state === 'closed') return
    if (this.#state === 'ready') this.#reportReady()
    const duringHandshake = this.#state === 'handshake'
    const orderly = this.#state === 'closing'
    this.#state = 'closed'
    this.#introduction?.stop()
    this.#deadline?.cancel()
    this.#heartbeat?.stop()
    this.#writer.stop()
    this.#result?.codec?.wipe?.()
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

  /** The handshake is done, and a pipe has the session or has refused it. */
  #reportReady(): void {
    this.#local.emit({ type: 'handshake', ...this.#facts, peer: this.peer })
  }

  #reportFailure(error: Error): void {
    this.#outcome?.(reportFailure(error, this.#facts, this.#local.emit))
  }

  /** Nothing that a peer sends may throw beyond this point. */
  #protect(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}
