import { Router, type Message, type MessageLike } from 'zerowire'
import { ZmqError } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { Life } from '../common/life.js'
import type { Announcement, Beacon } from './beacon.js'
import { checkName, decode, type Command } from './codec.js'
import { ZreWatch, type ExitReason, type ZreEvent, type ZrePeer } from './events.js'
import { bindInbox } from './inbox.js'
import { checked, type ZreOptions } from './options.js'
import { Peer } from './peer.js'
import { noRefusals, type Refusal, type ZreStats } from './stats.js'
import { UdpBeacon } from './udp-beacon.js'
import { newUuid, textOf, textOfRoutingId, uuidOf, type Uuid } from './uuid.js'

type Hello = Extract<Command<Message>, { id: 'hello' }>

/**
 * A node among others of a local network (ZRE version 2, RFC 36): it finds them and they find it, and
 * they tell each other what they like, one by one or in groups, without anything in between.
 *
 * ```ts
 * const node = new Zre({ name: 'kitchen' })
 * node.join('lights')
 * await node.start()
 * for await (const event of node) {
 *   if (event.type === 'shout') console.log(event.peer.name, String(event.content[0]))
 * }
 * ```
 */
export class Zre {
  /** What others call this node. */
  readonly name: string
  readonly #uuid: Uuid
  readonly #options: ReturnType<typeof checked>
  readonly #clock: Clock
  readonly #beacon: Beacon
  readonly #life: Life
  readonly #inbox: Router
  readonly #groups = new Set<string>()
  /** By the text of their UUID. */
  readonly #peers = new Map<string, Peer>()
  readonly #watches = new Set<ZreWatch>()
  /** Sockets of those who are gone, until they are closed. */
  readonly #leaving = new Set<Promise<void>>()
  readonly #refused = noRefusals()
  #status = 0
  #endpoint: string | null = null
  #opening: Promise<void> | undefined
  #started: Promise<void> | undefined
  #ended: Promise<void> | undefined

  /** @throws RangeError when a value is out of range, or a text too long. */
  constructor(options: ZreOptions = {}) {
    this.#options = checked(options)
    this.#uuid = options.uuid ? uuidOf(options.uuid) : newUuid()
    this.name = this.#options.name ?? this.#uuid.text.slice(0, 6)
    this.#clock = options.clock ?? systemClock
    this.#beacon = options.beacon ?? new UdpBeacon()
    this.#life = new Life(this.#clock)
    // A node that has lost us comes back over a new connection, before we know that the old one is gone.
    const { maxMessageSize } = this.#options
    this.#inbox = this.#life.own(new Router({ handover: true, linger: 0, maxMessageSize }))
  }

  /** The UUID: 32 digits, hexadecimal. */
  get id(): string {
    return this.#uuid.text
  }

  /** Where others connect to; null before `start()`. */
  get endpoint(): string | null {
    return this.#endpoint
  }

  /** The groups that this node is in, in order. */
  get groups(): string[] {
    return [...this.#groups].sort()
  }

  /** All other nodes that have introduced themselves and are not gone. */
  get peers(): ZrePeer[] {
    return [...this.#peers.values()].flatMap(({ facts }) => facts ?? [])
  }

  /** What was refused so far, by reason. */
  get stats(): ZreStats {
    return { peers: this.peers.length, refused: { ...this.#refused } }
  }

  /** The other nodes of a group; none for a group that nobody is in. */
  peersIn(group: string): ZrePeer[] {
    return this.#members(group).flatMap(({ facts }) => facts ?? [])
  }

  /** The groups of another node, in order; none for who is not there. */
  groupsOf(peer: string): string[] {
    return [...(this.#peers.get(peer)?.groups ?? [])].sort()
  }

  /**
   * Begins to listen, and to let others know.
   * @throws ZmqError or Error when the inbox cannot be bound, or the beacon not be opened (rejected);
   * the node is then closed. `EBADF` after `close()`.
   */
  start(): Promise<void> {
    if (this.#ended) return Promise.reject(new ZmqError('EBADF'))
    this.#opening ??= this.#open()
    return (this.#started ??= this.#opening.catch(async (error: unknown) => {
      await this.close()
      throw error
    }))
  }

  /** Enters a group, and tells all. @returns whether it was not in it. @throws RangeError on a bad name. */
  join(group: string): boolean {
    if (this.#groups.has(checkName('group', group))) return false
    this.#groups.add(group)
    this.#tellStatus('join', group)
    return true
  }

  /** Leaves a group, and tells all. @returns whether it was in it. */
  leave(group: string): boolean {
    if (!this.#groups.delete(group)) return false
    this.#tellStatus('leave', group)
    return true
  }

  /**
   * Sends to one node.
   * @param peer its UUID, as events have it.
   * @param content one part, or several.
   * @throws ZmqError `EHOSTUNREACH` when it is not there, or does not take what we send.
   */
  whisper(peer: string, content: MessageLike | readonly MessageLike[]): void {
    const found = this.#peers.get(peer)
    if (found?.facts && this.#send(found, { id: 'whisper', content: partsOf(content) })) return
    throw new ZmqError('EHOSTUNREACH', { reason: `no node ${peer} is there` })
  }

  /** Sends to all nodes of a group. @returns to how many. @throws RangeError on a bad name. */
  shout(group: string, content: MessageLike | readonly MessageLike[]): number {
    checkName('group', group)
    const command = { id: 'shout', group, content: partsOf(content) } as const
    return this.#members(group).filter((peer) => this.#send(peer, command)).length
  }

  /**
   * What happens from now on; first the nodes that are there, and their groups.
   * @param maxUnread events that may wait to be read; with one more the watch ends with `ENOBUFS`. @default 10000
   * @param maxUnreadBytes of what they say, and 64 for each part of it; likewise. @default 268435456
   * @throws RangeError when one of them is no whole number from 1 on.
   */
  watch(maxUnread = 10_000, maxUnreadBytes = 268_435_456): ZreWatch {
    const watch = new ZreWatch({ maxUnread, maxUnreadBytes }, (left) => this.#watches.delete(left))
    this.#watches.add(watch)
    for (const { facts: peer, groups } of this.#peers.values()) {
      if (!peer) continue
      watch.push({ type: 'enter', peer })
      for (const group of groups) watch.push({ type: 'join', peer, group })
    }
    if (this.#ended) watch.end()
    return watch
  }

  /** `watch()`, for `for await`. */
  [Symbol.asyncIterator](): ZreWatch {
    return this.watch()
  }

  /** Ends: what is queued for others may still take `linger`, then they are told that it leaves. */
  close(): Promise<void> {
    return (this.#ended ??= this.#end())
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  // --- beginning and end

  async #open(): Promise<void> {
    const host = await this.#beacon.open((announcement) => {
      if (this.#endpoint && !this.#ended) this.#count(this.#heard(announcement))
    })
    const bound = await bindInbox(this.#inbox, host, this.#options.bind)
    if (this.#ended) throw new ZmqError('EBADF')
    this.#endpoint = checkName('endpoint', this.#options.endpoint ?? bound)
    this.#life.read(this.#inbox, (message) => {
      if (!this.#ended) this.#count(this.#receive(message))
    })
    this.#life.every(this.#options.interval, () => {
      if (this.#ended) return
      this.#announce()
      for (const peer of [...this.#peers.values()]) this.#look(peer)
    })
    this.#announce()
  }

  async #end(): Promise<void> {
    await this.#opening?.catch(() => undefined)
    for (const watch of [...this.#watches]) watch.end()
    const peers = [...this.#peers.values()]
    this.#peers.clear()
    // Who hears that we leave hears no more of us: the last words come first.
    await Promise.all(peers.map((peer) => peer.close(this.#options.linger)))
    if (this.#endpoint) {
      const leaving = { uuid: this.#uuid.bytes, endpoint: null }
      await this.#beacon.announce(leaving).catch(() => this.#count('unsent'))
    }
    await this.#beacon.close()
    await Promise.all(this.#leaving)
    await this.#life.end()
  }

  #announce(): void {
    const { bytes: uuid } = this.#uuid
    this.#beacon.announce({ uuid, endpoint: this.#endpoint }).catch(() => this.#count('unsent'))
  }

  // --- who is there

  #heard(announcement: Announcement | undefined): Refusal | undefined {
    if (!announcement) return 'beacon'
    const { uuid, endpoint } = announcement
    const id = textOf(uuid)
    if (id === this.id) return
    const peer = this.#peers.get(id)
    if (endpoint === null) {
      if (peer) this.#drop(peer, 'left')
      return
    }
    if (!peer) {
      const met = this.#meet(id, endpoint)
      return typeof met === 'string' ? met : undefined
    }
    if (peer.endpoint !== endpoint) return 'elsewhere'
    // Whoever has not introduced itself has to do so in time, however loud it is.
    if (peer.facts) peer.refresh(this.#clock.now())
  }

  /**
   * Connects to a node, and introduces us.
   * @param hasCome it has found its way to us: it comes before those of whom there are only beacons.
   */
  #meet(id: string, endpoint: string, hasCome = false): Peer | Refusal {
    if (endpoint === this.#endpoint) return 'own'
    // Nobody has us connect to what is inside of this process or machine, unless we are there ourselves.
    if (transportOf(endpoint) !== transportOf(this.#endpoint ?? '')) return 'endpoint'
    const peers = [...this.#peers.values()]
    const there = peers.find((each) => each.endpoint === endpoint)
    if (there?.facts && there.state === 'present') return 'elsewhere'
    // Two of our sockets at one inbox would fight for our name there.
    if (there) this.#drop(there, 'replaced')
    else if (peers.length >= this.#options.maxPeers) {
      const stranger = hasCome ? peers.find(({ facts }) => !facts) : undefined
      if (!stranger) return 'full'
      this.#drop(stranger, 'expired')
    }
    try {
      const peer: Peer = new Peer(id, endpoint, {
        self: this.#uuid,
        sendHighWaterMark: this.#options.sendHighWaterMark,
        now: this.#clock.now(),
        refused: () => this.#drop(peer, 'refused'),
      })
      this.#peers.set(id, peer)
      const { headers } = this.#options
      const { name, endpoint: own, groups } = this
      peer.send({ id: 'hello', endpoint: own ?? '', groups, status: this.#status, name, headers })
      return peer
    } catch {
      return 'endpoint'
    }
  }

  /** Asks those who are silent, and gives up who is silent for too long. */
  #look(peer: Peer): void {
    const { evasive, expired, interval } = this.#options
    const silence = this.#clock.now() - peer.heard
    const { facts } = peer
    if (silence >= expired) {
      this.#drop(peer, 'expired')
      return
    }
    if (!facts || silence < evasive || peer.state === 'silent') return
    if (peer.state === 'evasive' && silence < evasive + interval) return
    peer.state = peer.state === 'present' ? 'evasive' : 'silent'
    this.#emit({ type: peer.state, peer: facts })
    this.#send(peer, { id: 'ping' })
  }

  #drop(peer: Peer, reason: ExitReason): void {
    if (this.#peers.get(peer.id) !== peer || this.#ended) return
    this.#peers.delete(peer.id)
    const closed = peer.close().finally(() => this.#leaving.delete(closed))
    this.#leaving.add(closed)
    if (peer.facts) this.#emit({ type: 'exit', peer: peer.facts, reason })
  }

  // --- messages

  #receive([from, ...frames]: readonly Message[]): Refusal | undefined {
    const id = textOfRoutingId(from)
    if (id === undefined) return 'identity'
    if (id === this.id) return 'own'
    const decoded = decode(frames, this.#options)
    if (typeof decoded === 'string') return decoded
    const { command, sequence } = decoded
    if (command?.id === 'hello' && sequence === 1) return this.#greeted(id, command)
    const peer = this.#peers.get(id)
    if (!peer?.facts) return 'unannounced'
    if (!peer.follows(sequence) || command?.id === 'hello') {
      this.#drop(peer, 'sequence')
      return 'sequence'
    }
    peer.refresh(this.#clock.now())
    return command ? this.#take(peer, peer.facts, command) : 'unknown'
  }

  #greeted(id: string, hello: Hello): Refusal | undefined {
    const known = this.#peers.get(id)
    // It has lost us, and knows nothing of us: not even our name.
    if (known?.facts) this.#drop(known, 'restarted')
    const peer = this.#peers.get(id) ?? this.#meet(id, hello.endpoint, true)
    if (typeof peer === 'string') return peer
    const facts = peer.introduce(hello, this.#clock.now())
    this.#emit({ type: 'enter', peer: facts })
    for (const group of peer.groups) this.#emit({ type: 'join', peer: facts, group })
    return peer.endpoint === hello.endpoint ? undefined : 'elsewhere'
  }

  #take(
    peer: Peer,
    facts: ZrePeer,
    command: Exclude<Command<Message>, Hello>,
  ): Refusal | undefined {
    switch (command.id) {
      case 'whisper':
        this.#emit({ type: 'whisper', peer: facts, content: command.content })
        return
      case 'shout':
        if (!this.#groups.has(command.group)) return 'group'
        this.#emit({ type: 'shout', peer: facts, group: command.group, content: command.content })
        return
      case 'join':
      case 'leave': {
        const { id: type, group, status } = command
        const { changed, refusal } = peer.move(type, group, status, this.#options.maxGroups)
        if (changed) this.#emit({ type, peer: facts, group })
        return refusal
      }
      case 'ping':
        this.#send(peer, { id: 'ping-ok' })
        return
      case 'ping-ok':
        return
    }
  }

  #tellStatus(id: 'join' | 'leave', group: string): void {
    this.#status = (this.#status + 1) & 0xff
    const command = { id, group, status: this.#status } as const
    for (const peer of [...this.#peers.values()]) this.#send(peer, command)
  }

  /** @returns whether it was taken. Who does not receive is not there. */
  #send(peer: Peer, command: Command<MessageLike>): boolean {
    if (peer.full) this.#drop(peer, 'full')
    else if (this.#peers.get(peer.id) === peer) {
      peer.send(command)
      return true
    }
    return false
  }

  #members(group: string): Peer[] {
    return [...this.#peers.values()].filter(({ groups }) => groups.has(group))
  }

  #emit(event: ZreEvent): void {
    const isMessage = event.type === 'whisper' || event.type === 'shout'
    if (isMessage && this.#watches.size === 0) this.#count('unread')
    for (const watch of [...this.#watches]) watch.push(event)
  }

  #count(refusal: Refusal | undefined): void {
    if (refusal) this.#refused[refusal]++
  }
}

function partsOf(content: MessageLike | readonly MessageLike[]): readonly MessageLike[] {
  return Array.isArray(content) ? (content as readonly MessageLike[]) : [content as MessageLike]
}

function transportOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.indexOf('://'))
}
