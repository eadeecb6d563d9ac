import { gave, join, newFlow } from '#flow'
import type { PeerInfo } from '../events.js'
import { ownParts, type Parts } from '../message.js'
import type { Flow } from '../session/flow.js'
import {
  nextConnection,
  NOTHING_SAID,
  type LocalPeer,
  type Session,
  type Traffic,
} from '../session/session.js'
import { EMPTY } from '../util/bytes.js'
import { keep } from '../util/transfer.js'
import type { Subscription } from '../message.js'

/** One end of an inproc connection: what leaves here arrives there in the same call. */
export class InprocSession implements Session {
  readonly peer: PeerInfo
  readonly isInternal = true
  readonly connection: number
  readonly unwritten = 0
  readonly flow: Flow | undefined = newFlow()
  #other: InprocSession | undefined
  #traffic: Traffic | undefined
  /** The other end's queue is full. */
  #blocked = false
  #pulling = false
  /** Subscriptions that came before this end began. */
  readonly #early: Subscription[] = []

  constructor(address: string, connection: number, peer: LocalPeer) {
    this.connection = connection
    const { socketType, routingId = EMPTY, options } = peer
    const metadata = lowerCase(options.metadata)
    this.peer = { ...NOTHING_SAID, address, socketType, routingId, protocol: 'inproc', metadata }
  }

  static pair(address: string, local: LocalPeer, other: LocalPeer): [InprocSession, InprocSession] {
    const connection = nextConnection()
    const here = new InprocSession(address, connection, other)
    const there = new InprocSession(address, connection, local)
    here.#other = there
    there.#other = here
    join(here, there)
    return [here, there]
  }

  start(traffic: Traffic): void {
    this.#traffic = traffic
    const other = this.#other
    if (other === undefined) {
      traffic.ended(undefined)
      return
    }
    other.#blocked = traffic.room === 0
    for (const subscription of this.#early.splice(0)) traffic.subscription(subscription)
    this.flush()
    other.flush()
  }

  send(message: Parts): boolean {
    const receiver = this.#receiver
    if (receiver === undefined || this.#blocked) return false
    keep(message)
    gave(this, message)
    this.#blocked = !receiver.deliver(ownParts(message))
    return true
  }

  wake(): void {
    this.flush()
  }

  flush(): void {
    // Delivering may run code that sends again; the outer loop then goes on with what that queued.
    if (this.#pulling || this.#traffic === undefined) return
    this.#pulling = true
    for (let to = this.#receiver; to !== undefined && !this.#blocked; to = this.#receiver) {
      const message = this.#traffic.pull()
      if (message === undefined) break
      keep(message)
      gave(this, message)
      this.#blocked = !to.deliver(message)
    }
    this.#pulling = false
    this.#traffic.drained()
  }

  resume(): void {
    const sender = this.#other
    if (sender === undefined || !sender.#blocked) return
    sender.#blocked = false
    sender.flush()
  }

  subscribe(subscription: Subscription): void {
    const receiver = this.#receiver
    if (receiver !== undefined) receiver.subscription(subscription)
    else if (this.#other !== undefined) this.#other.#early.push(subscription)
  }

  close(): Promise<void> {
    this.destroy()
    return Promise.resolve()
  }

  destroy(error?: Error): void {
    const other = this.#other
    if (other === undefined) return
    const receiver = this.#receiver
    this.#other = undefined
    other.#other = undefined
    this.#traffic?.ended(error)
    receiver?.ended(undefined)
  }

  /** Where messages go, once the other end has begun. */
  get #receiver(): Traffic | undefined {
    const other = this.#other
    return other === undefined ? undefined : other.#traffic
  }
}

/** As if they had crossed a wire, where the case of names does not count. */
function lowerCase(metadata: Readonly<Record<string, string>> | null): PeerInfo['metadata'] {
  if (metadata === null) return NOTHING_SAID.metadata
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]),
  )
}
