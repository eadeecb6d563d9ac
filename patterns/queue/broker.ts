import { Router, type SocketOptions } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'
import { isText, keyOf } from '../common/frames.js'
import { Life } from '../common/life.js'
import type { Store } from '../store/index.js'
import type { Letters, QueueFacts, QueueOptions } from './letters.js'
import { Outgoing, type Consumer } from './outgoing.js'
import { ANSWERS, isName, name, parseNumber, parseNumbers, VERSION, WINDOW } from './protocol.js'
import { Queues, type QueueStats } from './queues.js'

/** What a broker is made of. */
export interface QueueBrokerOptions {
  /**
   * Where the messages are. The keys that begin with `q` are the broker's; it does not close the
   * store.
   */
  readonly store: Store
  /** Queues by their names, and what is special about them. All others are made when they are used. */
  readonly queues?: Readonly<Record<string, QueueOptions>>
  /** What queues are like that say nothing else. */
  readonly defaults?: QueueOptions
  /** How many queues there are at most; empty ones that nobody uses make room for others. Default: 1000. */
  readonly maxQueues?: number
  /** How many producers it remembers, for each queue they use, to recognise what they send again. Default: 1000. */
  readonly maxProducers?: number
  /** How many consumers it serves. Default: 1000. */
  readonly maxConsumers?: number
  /** How many unacknowledged messages a consumer may ask for; more are cut down to that. Default: 1000. */
  readonly maxPrefetch?: number
  /** How many bytes a message has, its properties included. Default: 1 MiB. */
  readonly maxMessageSize?: number
  /** How often consumers say that they are there, in milliseconds; they need the same. Default: 1000. */
  readonly heartbeat?: number
  /** After how many heartbeats that did not come a consumer is gone. Default: 3. */
  readonly liveness?: number
  /** How often it looks for what is due or over, in milliseconds. Default: 100. */
  readonly tick?: number
  /** Options of its socket, such as keys. None by default. */
  readonly socket?: Omit<SocketOptions<Router>, 'mandatory' | 'routerNotify' | 'sendTimeout'>
  /** Whose time it is. Default: that of the system. */
  readonly clock?: Clock
}

type Settings = Required<Omit<QueueBrokerOptions, 'store' | 'queues' | 'defaults'>>

/** What a broker has done since its start. */
export interface QueueBrokerStats extends Readonly<QueueStats> {
  /** Messages of peers that mean nothing, or not in this place. */
  readonly malformed: number
  /** Consumers, and producers whose queue is unknown, that were refused for want of room. */
  readonly turnedAway: number
  /** Queues at this moment. */
  readonly queues: number
  /** Consumers at this moment. */
  readonly consumers: number
}

/** Somebody who has spoken to us. */
interface Peer {
  readonly id: Message
  /** When it last said something. */
  heard: number
  /** The number that its next messages have to have. */
  expected: number | undefined
  consumer: Consumer | undefined
}

/**
 * Keeps messages in named queues until a consumer has processed them.
 *
 * ```ts
 * const store = await LevelStore.open('/var/lib/queues')
 * const broker = await QueueBroker.open({ store })
 * await broker.bind('tcp://*:5580')
 * ```
 */
export class QueueBroker implements AsyncDisposable {
  readonly #options: Settings
  readonly #life: Life
  readonly #router: Router
  readonly #queues: Queues
  readonly #outgoing: Outgoing
  /** By routing id. */
  readonly #peers = new Map<string, Peer>()
  #malformed = 0
  #turnedAway = 0

  /** @internal */
  constructor(queues: Queues, options: Settings) {
    this.#options = options
    this.#queues = queues
    this.#life = new Life(options.clock)
    this.#router = this.#life.own(
      new Router({
        heartbeatInterval: options.heartbeat,
        maxMessageSize: options.maxMessageSize + 1024,
        ...options.socket,
        // What a peer has no room for comes back to us at once.
        ...{ mandatory: true, sendTimeout: 0, linger: 0 },
        routerNotify: 2,
      }),
    )
    this.#outgoing = new Outgoing(this.#router, queues)
    this.#life.own({ close: () => queues.stop() })
    this.#life.readMany(this.#router, (messages) => {
      for (const message of messages) this.#take(message)
      this.#outgoing.deliver()
    })
    this.#life.run(() =>
      queues.run(
        () => this.#life.over,
        () => this.#outgoing.deliver(),
      ),
    )
    this.#life.every(options.tick, () => this.#tick())
    // Whoever wants to know asks for `ended`.
    this.#life.ended.catch(() => undefined)
  }

  /**
   * Reads what the store has, and is ready to be bound then.
   * @throws RangeError or TypeError on an option that is none; whatever the store rejects with.
   */
  static async open(options: QueueBrokerOptions): Promise<QueueBroker> {
    const { store, queues = {}, defaults = {}, clock = systemClock } = options
    for (const queue of Object.keys(queues)) name('a queue', queue)
    const { maxQueues = 1000, maxProducers = 1000, maxConsumers = 1000 } = options
    const { maxPrefetch = 1000, maxMessageSize = 1024 * 1024 } = options
    const { heartbeat = 1000, liveness = 3, tick = 100 } = options
    const checked = {
      maxQueues: whole('maxQueues', maxQueues),
      maxProducers: whole('maxProducers', maxProducers),
      maxConsumers: whole('maxConsumers', maxConsumers),
      maxPrefetch: whole('maxPrefetch', maxPrefetch),
      maxMessageSize: whole('maxMessageSize', maxMessageSize),
      heartbeat: milliseconds('heartbeat', heartbeat),
      liveness: whole('liveness', liveness),
      tick: milliseconds('tick', tick),
      clock,
      socket: options.socket ?? {},
    }
    return new QueueBroker(await Queues.read({ ...checked, store, queues, defaults }), checked)
  }

  /** Listens at an address, as `bind()` of a socket. @returns the address that it is bound to. */
  async bind(address: string): Promise<string> {
    await this.#router.bind(address)
    return String(this.#router.lastEndpoint)
  }

  /** Its end. Rejects when the store has failed: what was not acknowledged may be lost then. */
  get ended(): Promise<void> {
    return this.#life.ended
  }

  /** What it holds, and what it has done so far. */
  get stats(): QueueBrokerStats {
    return {
      ...this.#queues.stats,
      ...{ malformed: this.#malformed, turnedAway: this.#turnedAway },
      ...{ queues: this.#queues.size, consumers: this.#outgoing.size },
    }
  }

  /** What a queue holds. Undefined when there is none of this name. */
  queue(name: string): QueueFacts | undefined {
    return this.#queues.find(name)?.facts
  }

  /** Ends at once. What is not acknowledged is for producers and consumers to repeat. */
  close(): Promise<void> {
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  // --- what peers say

  #take([id, ...frames]: Message[]): void {
    if (!id) return
    const key = keyOf(id)
    // The socket says that the peer has gone; whoever says so itself is believed.
    if (frames.length === 1 && frames[0]?.length === 0) {
      this.#forget(key)
      return
    }
    const [version, command = '', ...rest] = frames
    if (!isText(version, VERSION) || !this.#obey(key, id, command.toString(), rest)) {
      this.#malformed++
    }
  }

  /** @returns false when it makes no sense. */
  #obey(key: string, id: Message, command: string, frames: Message[]): boolean {
    const fresh = { id, heard: 0, expected: undefined, consumer: undefined }
    const peer: Peer = this.#peers.get(key) ?? fresh
    peer.heard = this.#options.clock.now()
    this.#peers.set(key, peer)
    switch (command) {
      case 'SEND':
        return this.#send(peer, frames)
      case 'RECEIVE':
        return this.#receive(peer, frames)
      case 'DELETE':
      case 'RETURN':
      case 'REJECT':
      case 'RENEW':
        return this.#settle(peer, command, frames)
      case 'CANCEL':
        this.#outgoing.leave(peer.consumer, false)
        peer.consumer = undefined
        return this.#answer(peer, ANSWERS.CANCEL, frames[0])
      default:
        return false
    }
  }

  /** `number oldest`, queue, producer, and then head and body of each message. */
  #send(peer: Peer, [numbers, queue, producer, ...messages]: Message[]): boolean {
    const [number, oldest] = parseNumbers(String(numbers), 2) ?? []
    const names = [String(queue), String(producer)] as const
    const count = messages.length / 2
    if (number === undefined || oldest === undefined || !names.every(isName)) return false
    if (count === 0 || count > WINDOW || !Number.isInteger(count)) return false
    // Something before it got lost; it comes again behind that.
    peer.expected ??= oldest
    if (number > peer.expected) return true
    peer.expected = Math.max(peer.expected, number + 1)
    const letters = this.#queues.get(names[0], this.#isIdle)
    if (!letters) {
      this.#turnedAway++
      return this.#answer(peer, ANSWERS.SEND, String(number), '* EMFILE')
    }
    this.#queues.send(letters, names[1], messages, (refused) => {
      const lines = refused.map(([index, why]) => `${index} ${why}`)
      this.#answer(peer, ANSWERS.SEND, String(number), lines.join('\n'))
    })
    return true
  }

  /** Queue and prefetch. Again with every heartbeat. */
  #receive(peer: Peer, [queue, prefetchText, ...rest]: Message[]): boolean {
    const [name, prefetch] = [String(queue), parseNumber(String(prefetchText))]
    if (!isName(name) || prefetch === undefined || prefetch === 0 || rest.length > 0) return false
    if (peer.consumer?.letters.name !== name) {
      this.#outgoing.leave(peer.consumer, false)
      peer.consumer = undefined
      const { maxConsumers } = this.#options
      const isRoom = this.#outgoing.size < maxConsumers
      const letters = isRoom ? this.#queues.get(name, this.#isIdle) : undefined
      if (!letters) {
        this.#turnedAway++
        return this.#answer(peer, 'REFUSED', 'EMFILE')
      }
      peer.consumer = this.#outgoing.join(peer.id, letters)
    }
    peer.consumer.prefetch = Math.min(prefetch, this.#options.maxPrefetch)
    this.#queues.fresh.add(peer.consumer.letters)
    return this.#answer(peer, ANSWERS.RECEIVE)
  }

  /** Number, queue, receipts, and for some of them a time in milliseconds. */
  #settle(
    peer: Peer,
    command: 'DELETE' | 'RETURN' | 'REJECT' | 'RENEW',
    [numberText, queue, receipts, timeText, ...rest]: Message[],
  ): boolean {
    const number = parseNumber(String(numberText))
    const numbers = parseNumbers(String(receipts), WINDOW)
    const takesTime = command === 'RETURN' || command === 'RENEW'
    const time = takesTime ? parseNumber(String(timeText)) : 0
    if (number === undefined || !numbers || time === undefined || rest.length > 0) return false
    if (timeText && !takesTime) return false
    const letters = this.#queues.find(String(queue))
    const done = (): void => void this.#answer(peer, ANSWERS[command], String(number))
    // There is room for others now.
    if (letters) this.#queues.fresh.add(letters)
    if (command === 'DELETE' && letters) {
      this.#queues.delete(letters, numbers, done)
      return true
    }
    for (const receipt of numbers) {
      const letter = letters?.get(receipt)
      // What is no longer with this consumer is not for it to decide.
      if (!letters || !letter || !peer.consumer || letter.holder !== peer.consumer) continue
      if (command === 'RENEW') letter.until = this.#options.clock.now() + time
      else if (command === 'REJECT') this.#queues.reject(letters, letter)
      else this.#queues.fail(letters, letter, time)
    }
    this.#queues.settled(done)
    return true
  }

  readonly #isIdle = (letters: Letters): boolean => !this.#outgoing.serves(letters)

  // --- what goes out, and what time does

  #answer(peer: Peer, ...frames: (string | Message | undefined)[]): true {
    this.#outgoing.post([peer.id, VERSION, ...frames.map((frame) => frame ?? '')])
    return true
  }

  #forget(key: string): void {
    const peer = this.#peers.get(key)
    this.#peers.delete(key)
    this.#outgoing.leave(peer?.consumer, true)
  }

  #tick(): void {
    const { heartbeat, liveness, clock } = this.#options
    const now = clock.now()
    for (const [key, { heard, consumer }] of this.#peers) {
      if (heard + heartbeat * liveness <= now) this.#forget(key)
      else if (consumer) {
        for (const letter of consumer.held) {
          if (letter.until <= now) this.#queues.fail(consumer.letters, letter)
        }
      }
    }
    this.#queues.tick()
    this.#outgoing.deliver()
  }
}
