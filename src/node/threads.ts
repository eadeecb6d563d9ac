import { BroadcastChannel, isMainThread } from 'node:worker_threads'
import type { Endpoint } from '../endpoint.js'
import { ZmqError } from '../errors.js'
import { nextConnection, type Session } from '../session/session.js'
import { StreamSession } from '../session/stream-session.js'
import { zmtp } from '../session/zmtp-handshake.js'
import { CountedSession, plain } from '../transport/counted-session.js'
import type { Bound, Neighbours } from '../transport/inproc.js'
import type { LocalEnd } from '../transport/transport.js'
import { deferred } from '../util/deferred.js'
import { startTimer } from '../util/timer.js'
import { Board, homeBoard, idOf, pass, type Member, type Release } from './thread-board.js'
import { Link } from './thread-link.js'
import { ThreadStream } from './thread-stream.js'

/** Where all threads that use inproc hear of each other; the number is that of what they say. */
const CHANNEL = 'zerowire:threads:2'

/** How often to look whether the threads at the other ends are alive. */
const WATCH_MS = 250

/** How long a worker whose parent had no board waits for another's, before it binds for the first time. */
const MEET_MS = 50

/** To all. */
type News =
  /** A thread has come, and knows these boards; who knows others writes to it. */
  | { readonly boards: readonly SharedArrayBuffer[]; readonly inbox: string }
  | { readonly bound: string }

/** To one thread. */
type Letter = { readonly boards: readonly SharedArrayBuffer[] } | Call

/** Somebody wants to be connected to a name. */
interface Call {
  readonly name: string
  readonly from: Member
  readonly memory: SharedArrayBuffer
  readonly bell: string
}

/** The other end of a connection. */
interface Peer {
  readonly board: Board
  readonly member: Member
}

/** Somebody who waits for a name to be bound elsewhere. */
interface Seeker {
  readonly name: string
  readonly look: () => void
}

/**
 * The names of `inproc://` in all threads of the process. Names are on boards of shared memory, of
 * which there is one, unless a thread has started others before it loaded this library: then
 * their boards are brought together. A connection is a conversation of ZMTP through rings of shared memory.
 *
 * Nothing is opened before the first name is bound or sought, and nothing keeps a thread from ending.
 */
export class Threads implements Neighbours {
  readonly #find: (name: string) => Bound | undefined
  readonly #home = homeBoard()
  /** Ordered in the same way everywhere: new names go to the first. */
  #boards: Board[] = []
  readonly #inboxes: BroadcastChannel[] = []
  readonly #claims = new Map<string, Release>()
  readonly #seekers = new Set<Seeker>()
  readonly #connections = new Map<ThreadStream, { peer: Peer; session: StreamSession }>()
  #news: BroadcastChannel | undefined
  #meeting: Promise<unknown> | undefined
  #met: (() => void) | undefined
  #watch: NodeJS.Timeout | undefined
  #bells = 0

  constructor(find: (name: string) => Bound | undefined) {
    this.#find = find
  }

  met(): Promise<unknown> | undefined {
    this.#open()
    return this.#meeting
  }

  claim(name: string): boolean {
    this.#open()
    const [board] = this.#boards
    const release = board?.locked(() =>
      this.#owner(name) === undefined ? board.claim(name) : undefined,
    )
    if (release === undefined) return false
    this.#claims.set(name, release)
    this.#tell({ bound: name })
    return true
  }

  release(name: string): void {
    this.#claims.get(name)?.()
    this.#claims.delete(name)
  }

  /** As far as is known: a worker that has not inherited a board may yet hear of others. */
  has(name: string): boolean {
    return this.knows(name) || !(this.#home.inherited || isMainThread)
  }

  knows(name: string): boolean {
    return this.#owner(name) !== undefined
  }

  async connect(endpoint: Endpoint, local: LocalEnd, signal: AbortSignal): Promise<Session> {
    this.#open()
    for (;;) {
      signal.throwIfAborted()
      const peer = this.#owner(endpoint.address)
      if (peer === undefined) await this.#sought(endpoint.address, signal)
      else {
        try {
          return await this.#call(peer, endpoint, local, signal)
        } catch (error) {
          // Whoever has left meanwhile may have left the name to another.
          if (error instanceof ZmqError && error.code !== 'EPIPE') throw error
        }
      }
    }
  }

  // --- names

  #owner(name: string): Peer | undefined {
    for (const board of this.#boards) {
      const member = board.find(name)
      if (member !== undefined) return { board, member }
    }
    return undefined
  }

  /** Settles when it is worth looking for the name again. */
  async #sought(name: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = deferred<undefined>()
    const look = (): void => {
      resolve(undefined)
    }
    const seeker = { name, look }
    this.#seekers.add(seeker)
    signal.addEventListener('abort', look)
    await promise
    this.#seekers.delete(seeker)
    signal.removeEventListener('abort', look)
  }

  // --- other threads

  #open(): void {
    if (this.#news !== undefined) return
    const { memory, inherited } = this.#home
    this.#news = listenTo(CHANNEL, (news) => {
      this.#hear(news as News)
    })
    const board = this.#join(memory)
    this.#tell({ boards: [memory], inbox: inboxOf(board, board.me) })
    if (isMainThread) return
    process.once('exit', () => {
      this.#leave()
    })
    if (inherited) return
    const { promise, resolve } = deferred<undefined>()
    this.#met = () => {
      timer.cancel()
      this.#meeting = undefined
      resolve(undefined)
    }
    const timer = startTimer(MEET_MS, this.#met)
    this.#meeting = promise
  }

  #join(memory: SharedArrayBuffer): Board {
    const board = new Board(memory)
    this.#boards = [...this.#boards, board].sort((one, other) => one.id - other.id)
    const inbox = listenTo(inboxOf(board, board.me), (letter) => {
      this.#read(letter as Letter, board)
    })
    this.#inboxes.push(inbox)
    const [first] = this.#boards
    if (first !== undefined && this.#boards.length > 1) pass(first.memory)
    return board
  }

  #meet(boards: readonly SharedArrayBuffer[]): void {
    for (const memory of boards) {
      const id = idOf(memory)
      if (this.#boards.every((board) => board.id !== id)) this.#join(memory)
    }
    for (const { look } of this.#seekers) look()
  }

  #hear(news: News): void {
    if ('bound' in news) {
      for (const { name, look } of this.#seekers) if (name === news.bound) look()
      return
    }
    const theirs = new Set(news.boards.map(idOf))
    const ours = this.#boards.filter(({ id }) => !theirs.has(id)).map(({ memory }) => memory)
    this.#meet(news.boards)
    if (ours.length > 0) post(news.inbox, { boards: ours })
  }

  #read(letter: Letter, board: Board): void {
    if ('name' in letter) this.#answer(letter, board)
    else {
      this.#meet(letter.boards)
      this.#met?.()
    }
  }

  #tell(news: News): void {
    this.#news?.postMessage(news)
  }

  // --- connections

  async #call(
    peer: Peer,
    endpoint: Endpoint,
    local: LocalEnd,
    signal: AbortSignal,
  ): Promise<Session> {
    const { board, member } = peer
    const link = Link.create()
    const bell = `${inboxOf(board, board.me)}:${String(this.#bells++)}`
    const [session, outer] = this.#connection(
      new Link(link.memory, 0),
      bell,
      peer,
      endpoint.text,
      local,
    )
    const { name, from, memory } = { name: endpoint.address, from: board.me, memory: link.memory }
    post(inboxOf(board, member), { name, from, memory, bell })
    await session.handshake(signal)
    signal.throwIfAborted()
    return outer
  }

  #answer({ name, from, memory, bell }: Call, board: Board): void {
    const bound = this.#find(name)
    const link = new Link(memory, 1)
    const peer = { board, member: from }
    if (bound === undefined) {
      link.set('closed', 1)
      return
    }
    const [session, outer] = this.#connection(link, bell, peer, `inproc://${name}`, bound.local)
    session.handshake().then(
      () => {
        bound.accept(outer)
      },
      () => undefined,
    )
  }

  #connection(
    link: Link,
    bell: string,
    peer: Peer,
    address: string,
    local: LocalEnd,
  ): [StreamSession, Session] {
    const stream = new ThreadStream(link, {
      bell,
      closed: () => {
        this.#connections.delete(stream)
        if (this.#connections.size === 0) this.#unwatch()
      },
    })
    const facts = {
      ...{ endpoint: address, remoteAddress: address, connection: nextConnection() },
      accepted: false,
    }
    const session = new StreamSession(stream, plain(local), facts, zmtp)
    this.#connections.set(stream, { peer, session })
    this.#watch ??= setInterval(() => {
      this.#lookAfterPeers()
    }, WATCH_MS).unref()
    return [session, new CountedSession(session, stream)]
  }

  #lookAfterPeers(): void {
    for (const [stream, { peer }] of this.#connections) {
      if (!peer.board.isAlive(peer.member)) stream.orphan()
    }
  }

  #unwatch(): void {
    clearInterval(this.#watch)
    this.#watch = undefined
  }

  /** The thread ends: what was sent is handed over, and everybody hears of it. */
  #leave(): void {
    for (const [stream, { session }] of this.#connections) {
      session.flush()
      stream.destroy()
    }
    for (const board of this.#boards) board.leave()
  }
}

function inboxOf({ id }: Board, { slot, turn }: Member): string {
  return [CHANNEL, id, slot, turn].join(':')
}

/** A channel that keeps no thread from ending. */
function listenTo(name: string, receive: (message: unknown) => void): BroadcastChannel {
  const channel = new BroadcastChannel(name)
  channel.onmessage = (event) => {
    receive((event as { data: unknown }).data)
  }
  channel.unref()
  return channel
}

/** Whoever has the inbox need not be there any more. */
function post(inbox: string, letter: Letter): void {
  const channel = new BroadcastChannel(inbox)
  channel.postMessage(letter)
  channel.close()
}
