import { Dealer, type MessageLike } from 'zerowire'
import { encode, type Command } from './codec.js'
import type { ZrePeer } from './events.js'
import type { Uuid } from './uuid.js'

type Hello = Extract<Command<never>, { id: 'hello' }>

/** How a node is connected to. */
export interface PeerOptions {
  readonly self: Uuid
  readonly sendHighWaterMark: number
  readonly now: number
  /** Nobody listens at its endpoint. */
  readonly refused: () => void
}

/** Another node: what we send to it, and what we know of it. */
export class Peer {
  readonly id: string
  readonly endpoint: string
  /** What it has told of itself; undefined until its HELLO has come. */
  facts: ZrePeer | undefined
  readonly groups: Set<string> = new Set<string>()
  /** When it was last heard of. */
  heard: number
  /** How long ago that is, in words. */
  state: 'present' | 'evasive' | 'silent' = 'present'
  readonly #dealer: Dealer
  /** How often it has joined or left a group, as far as we know. */
  #status = 0
  #sent = 0
  #received = 0

  /** @throws ZmqError when it cannot be connected to. */
  constructor(id: string, endpoint: string, options: PeerOptions) {
    this.id = id
    this.endpoint = endpoint
    this.heard = options.now
    this.#dealer = new Dealer({
      // Bytes, which are no text: the type knows only texts.
      routingId: options.self.routingId as Uint8Array & string,
      sendHighWaterMark: options.sendHighWaterMark,
      sendTimeout: 0,
      linger: 0,
    })
    this.#dealer.events.on('close', ({ error }) => {
      if (error?.code === 'ECONNREFUSED') options.refused()
    })
    try {
      this.#dealer.connect(endpoint)
    } catch (error) {
      void this.close()
      throw error
    }
  }

  /** Whether it is full, which shows that it does not receive. */
  get full(): boolean {
    return !this.#dealer.writable
  }

  /** Sends with the next sequence number. Not for who is full. */
  send(command: Command<MessageLike>): void {
    this.#sent = (this.#sent + 1) & 0xffff
    // There is room, so that nothing waits and nothing fails, or else it is closed.
    this.#dealer.send(encode(command, this.#sent)).catch(() => undefined)
  }

  /** Whether a message is the one after the last. */
  follows(sequence: number): boolean {
    this.#received = (this.#received + 1) & 0xffff
    return sequence === this.#received
  }

  /** Its HELLO has come. */
  introduce({ name, headers, groups, status }: Hello, now: number): ZrePeer {
    this.#received = 1
    this.#status = status
    for (const group of groups) this.groups.add(group)
    this.refresh(now)
    this.facts = { id: this.id, name, endpoint: this.endpoint, headers }
    return this.facts
  }

  /** It has joined a group, or left it. */
  move(
    how: 'join' | 'leave',
    group: string,
    status: number,
    maxGroups: number,
  ): { changed: boolean; refusal: 'status' | 'limit' | undefined } {
    const expected = (this.#status + 1) & 0xff
    this.#status = status
    const refusal = status === expected ? undefined : 'status'
    if (how === 'leave') return { changed: this.groups.delete(group), refusal }
    if (this.groups.has(group)) return { changed: false, refusal }
    if (this.groups.size >= maxGroups) return { changed: false, refusal: 'limit' }
    this.groups.add(group)
    return { changed: true, refusal }
  }

  /** It is alive. */
  refresh(now: number): void {
    this.heard = now
    this.state = 'present'
  }

  /** @param linger milliseconds that what is queued may take to leave. */
  async close(linger = 0): Promise<void> {
    this.#dealer.linger = linger
    await this.#dealer.close()
  }
}
