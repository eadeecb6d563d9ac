import type { Endpoint } from '../endpoint.js'
import { ZmqError } from '../errors.js'
import { nextConnection, type Session } from '../session/session.js'
import { StreamSession } from '../session/stream-session.js'
import { zmtp } from '../session/zmtp-handshake.js'
import { CountedSession, plain } from '../transport/counted-session.js'
import type { Bound, Names, Neighbours } from '../transport/inproc.js'
import type { LocalEnd } from '../transport/transport.js'
import { deferred, type Deferred } from '../util/deferred.js'
import { startTimer } from '../util/timer.js'
import { watch } from './life.js'
import { PortStream } from './port-stream.js'

/** How long a realm waits for its hub before it binds on its own. */
const MEET_MS = 5000

/** What realms that are joined say to each other. */
type Letter =
  /** To the hub: may the name be bound? And its answer. */
  | { readonly claim: string; readonly id: number }
  | { readonly granted: boolean; readonly id: number }
  /** Names can be reached this way, or no longer. The first that a hub says. */
  | { readonly bound: readonly string[] }
  | { readonly free: string }
  /** To whoever has the name: a connection. */
  | Call
  /** The life of whoever says it. */
  | { readonly life: string }

interface Call {
  readonly call: string
  readonly port: MessagePort
}

/** A way to another realm. */
class Edge {
  readonly port: MessagePort
  /** The other realm has said what it knows. */
  met = false

  constructor(port: MessagePort) {
    this.port = port
  }

  say(letter: Letter, transfer: MessagePort[] = []): void {
    this.port.postMessage(letter, transfer)
  }
}

/**
 * A page or a worker among those that have their names of `inproc://` in common. They form a tree, whose root
 * says who may have a name; all know which way each name is. A connection is a conversation of ZMTP through a port
 * of its own, which is passed along the tree.
 */
export class Realm implements Neighbours {
  /** The name of this realm's life, where others need it. */
  #life = ''
  readonly #find: (name: string) => Bound | undefined
  readonly #edges = new Set<Edge>()
  /** The way to the root; none at the root itself. */
  #up: Edge | undefined
  readonly #own = new Set<string>()
  /** Names elsewhere, and the way there. */
  readonly #ways = new Map<string, Edge>()
  /** Questions to the hub. */
  readonly #asked = new Map<number, (granted: boolean) => void>()
  readonly #seekers = new Map<Deferred<undefined>, string>()
  #questions = 0
  #arrival: Deferred<undefined> | undefined

  constructor({ bound, waiting }: Names) {
    this.#find = (name) => bound.get(name)
    for (const name of bound.keys()) this.#own.add(name)
    queueMicrotask(() => {
      for (const all of waiting.values()) for (const { seek } of all) seek()
    })
  }

  // --- Neighbours

  async met(name?: string): Promise<void> {
    if (name !== undefined && this.#find(name) !== undefined) return
    if (this.#up !== undefined && !this.#up.met) await this.#arrival?.promise
    if (name === undefined) return
    if (!(await this.#ask(name))) {
      throw new ZmqError('EADDRINUSE', { address: `inproc://${name}` })
    }
    this.#own.add(name)
    this.#tell({ bound: [name] }, this.#up)
  }

  claim(name: string): boolean {
    if (this.#own.has(name)) return true
    if (this.#ways.has(name)) return false
    if (this.#up !== undefined) {
      const reason = 'the hub has to be asked for the name, which bind() can'
      throw new ZmqError('ENOTSUP', { address: `inproc://${name}`, reason })
    }
    this.#own.add(name)
    this.#tell({ bound: [name] })
    return true
  }

  release(name: string): void {
    if (this.#own.delete(name)) this.#tell({ free: name })
  }

  has(name: string): boolean {
    return this.knows(name) || this.#up?.met === false
  }

  knows(name: string): boolean {
    return this.#ways.has(name)
  }

  async connect(endpoint: Endpoint, local: LocalEnd, signal: AbortSignal): Promise<Session> {
    for (;;) {
      signal.throwIfAborted()
      const way = this.#ways.get(endpoint.address)
      if (way === undefined) await this.#sought(endpoint.address, signal)
      else {
        try {
          return await this.#call(way, endpoint, local, signal)
        } catch (error) {
          // Whoever has left meanwhile may have left the name to another.
          if (error instanceof ZmqError && error.code !== 'EPIPE') throw error
        }
      }
    }
  }

  // --- the tree

  /** Realms next to this one. */
  get size(): number {
    return this.#edges.size
  }

  get hasHub(): boolean {
    return this.#up !== undefined
  }

  /** From now on this realm's end can be noticed by its life. */
  live(life: string): void {
    if (this.#life === life) return
    this.#life = life
    this.#tell({ life })
  }

  /** A realm of which this one is the hub. */
  addChild(port: MessagePort): void {
    const edge = this.#add(port)
    edge.met = true
    edge.say({ bound: [...this.#own, ...this.#ways.keys()] })
  }

  /** The realm that is the hub of this one. */
  setHub(port: MessagePort): void {
    const edge = this.#add(port)
    this.#up = edge
    const arrival = deferred<undefined>()
    this.#arrival = arrival
    const timer = startTimer(MEET_MS, () => {
      arrival.resolve(undefined)
    })
    void arrival.promise.then(() => {
      timer.cancel()
    })
    for (const name of [...this.#own, ...this.#ways.keys()]) void this.#ask(name)
  }

  #add(port: MessagePort): Edge {
    const edge = new Edge(port)
    this.#edges.add(edge)
    let stop: (() => void) | undefined
    const lost = (): void => {
      stop?.()
      port.close()
      this.#lost(edge)
    }
    if (this.#life !== '') edge.say({ life: this.#life })
    port.onmessage = ({ data }: MessageEvent<Letter>) => {
      if ('life' in data) stop = watch(data.life, lost)
      else this.#hear(data, edge)
    }
    port.addEventListener('close', lost)
    return edge
  }

  #lost(edge: Edge): void {
    if (!this.#edges.delete(edge)) return
    if (edge === this.#up) {
      this.#up = undefined
      this.#arrival?.resolve(undefined)
      // Nobody is above: what was asked is ours to say.
      for (const answer of this.#asked.values()) answer(true)
      this.#asked.clear()
    }
    for (const [name, way] of this.#ways) if (way === edge) this.#freed(name, edge)
  }

  #hear(letter: Exclude<Letter, { life: string }>, from: Edge): void {
    if ('call' in letter) this.#pass(letter, from)
    else if ('claim' in letter) void this.#judge(letter.claim, letter.id, from)
    else if ('granted' in letter) {
      this.#asked.get(letter.id)?.(letter.granted)
      this.#asked.delete(letter.id)
    } else if ('free' in letter) this.#freed(letter.free, from)
    else {
      from.met = true
      if (from === this.#up) this.#arrival?.resolve(undefined)
      for (const name of letter.bound) this.#found(name, from)
    }
  }

  #tell(letter: Letter, except?: Edge): void {
    for (const edge of this.#edges) if (edge !== except) edge.say(letter)
  }

  // --- names

  /** Whether the name may be had, as the root says. */
  async #ask(name: string): Promise<boolean> {
    const up = this.#up
    if (up === undefined) return !this.#own.has(name) && !this.#ways.has(name)
    const { promise, resolve } = deferred<boolean>()
    const id = this.#questions++
    this.#asked.set(id, resolve)
    up.say({ claim: name, id })
    return promise
  }

  async #judge(name: string, id: number, from: Edge): Promise<void> {
    const granted = await this.#ask(name)
    // It may have gone while it waited.
    if (granted && this.#edges.has(from)) {
      this.#found(name, from, this.#up)
      from.say({ granted, id })
    } else if (granted) this.#up?.say({ free: name })
    else from.say({ granted, id })
  }

  #found(name: string, way: Edge, except?: Edge): void {
    this.#ways.set(name, way)
    for (const edge of this.#edges) {
      if (edge !== way && edge !== except) edge.say({ bound: [name] })
    }
    for (const [seeker, sought] of this.#seekers) if (sought === name) seeker.resolve(undefined)
  }

  #freed(name: string, from: Edge): void {
    if (this.#ways.get(name) !== from) return
    this.#ways.delete(name)
    this.#tell({ free: name }, from)
  }

  /** Settles when it is worth looking for the name again. */
  async #sought(name: string, signal: AbortSignal): Promise<void> {
    const seeker = deferred<undefined>()
    const giveUp = (): void => {
      seeker.resolve(undefined)
    }
    this.#seekers.set(seeker, name)
    signal.addEventListener('abort', giveUp)
    await seeker.promise
    this.#seekers.delete(seeker)
    signal.removeEventListener('abort', giveUp)
  }

  // --- connections

  async #call(
    way: Edge,
    endpoint: Endpoint,
    local: LocalEnd,
    signal: AbortSignal,
  ): Promise<Session> {
    const { port1, port2 } = new MessageChannel()
    const [session, outer] = connection(port1, endpoint.text, local, this.#life)
    way.say({ call: endpoint.address, port: port2 }, [port2])
    await session.handshake(signal)
    signal.throwIfAborted()
    return outer
  }

  /** A call that is for somebody here, or elsewhere. */
  #pass(letter: Call, from: Edge): void {
    const { call: name, port } = letter
    const bound = this.#find(name)
    const way = this.#ways.get(name)
    if (bound !== undefined) answer(name, port, this.#life, bound)
    else if (way !== undefined && way !== from) way.say(letter, [port])
    else new PortStream(port, '').destroy()
  }
}

function answer(name: string, port: MessagePort, life: string, { local, accept }: Bound): void {
  const [session, outer] = connection(port, `inproc://${name}`, local, life)
  session.handshake().then(
    () => {
      accept(outer)
    },
    () => undefined,
  )
}

function connection(
  port: MessagePort,
  address: string,
  local: LocalEnd,
  life: string,
): [StreamSession, Session] {
  const stream = new PortStream(port, life)
  const facts = {
    endpoint: address,
    remoteAddress: address,
    connection: nextConnection(),
    accepted: false,
  }
  const session = new StreamSession(stream, plain(local), facts, zmtp)
  return [session, new CountedSession(session, stream)]
}
