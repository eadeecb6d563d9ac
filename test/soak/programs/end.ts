import type { EventType, SocketStats } from 'zerowire'
import * as zerowire from 'zerowire'
import { factoryOf, type Factory, type FarSocket } from '../../support/far/far.js'
import type { SocketName } from '../../support/implementations.js'
import { obey } from '../../support/in-station.js'
import { heldBytes } from '../../support/memory.js'
import { rebind } from '../../support/rebind.js'
import { Moments, type Moment } from './events.js'
import { isAgain, Talk, type Role } from './talk.js'
import { TopicRound } from './topic-round.js'

/* A process with sockets, which talk, are watched, and tell what they have seen. */

/** A socket to be opened. */
export interface Spec {
  readonly name: string
  readonly library: 'zerowire' | 'zeromq'
  readonly type: SocketName
  readonly options?: Readonly<Record<string, unknown>>
  readonly bind?: string
  readonly connect?: string
  /** `['']` for everything. */
  readonly subscribe?: readonly string[]
}

/** What a socket has said and heard. */
export interface Said {
  readonly sent: number
  readonly heard: number
  readonly first: number
  readonly last: number
  readonly disordered: number
  readonly repeated: number
  readonly again: number
}

interface Open {
  readonly socket: FarSocket
  readonly moments: Moments
  talk?: Talk
  topics?: TopicRound
}

const ends = new Map<string, Open>()
let native: Factory | undefined

async function factory(library: Spec['library']): Promise<Factory> {
  if (library === 'zerowire') return factoryOf(zerowire)
  return (native ??= factoryOf(await import('zeromq')))
}

function end(name: string): Open {
  const open = ends.get(name)
  if (open === undefined) throw new Error(`no socket ${name}`)
  return open
}

function talk(name: string): Talk {
  const { talk } = end(name)
  if (talk === undefined) throw new Error(`${name} does not talk`)
  return talk
}

function topics(name: string): TopicRound {
  const open = end(name)
  return (open.topics ??= new TopicRound(open.socket))
}

async function flood(socket: FarSocket, message: Buffer): Promise<never> {
  for (;;) {
    try {
      await socket.send([message])
    } catch (error) {
      if (!isAgain(error)) throw error
    }
  }
}

async function drain(socket: FarSocket): Promise<never> {
  for (;;) await socket.receive()
}

const commands = {
  /** @returns the endpoint. */
  async open(spec: Spec) {
    const { name, bind, connect, subscribe, type, options = {} } = spec
    const make = await factory(spec.library)
    const socket = await make({ library: spec.library, type, options, address: '' })
    ends.set(name, { socket, moments: new Moments(socket) })
    if (subscribe !== undefined) socket.subscribe(...subscribe)
    if (bind !== undefined) await rebind(socket, bind)
    if (connect !== undefined) (socket as unknown as zerowire.Socket).connect(connect)
    return socket.lastEndpoint ?? ''
  },

  async close(name: string) {
    const { socket } = end(name)
    ends.delete(name)
    await socket.close()
  },

  talk(name: string, role: Role, pause: number, size = 0) {
    const open = end(name)
    open.talk = new Talk(open.socket, role, pause, size)
  },

  /** @returns how many numbers were sent. */
  stop: (name: string) => talk(name).stop(),

  said(name: string): Said {
    const { sentAt, heard, again } = talk(name)
    const { count, first, last, disordered, repeated } = heard
    return { sent: sentAt.length, heard: count, first, last, disordered, repeated, again }
  },

  sentAfter: (name: string, moment: number) => talk(name).sentAfter(moment),

  hears: (name: string, number: number) => talk(name).hears(number),

  /** Those between the first that came and `end` that have not. */
  missing: (name: string, end: number) => talk(name).heard.missing(end),

  /** When some numbers were sent. */
  sentAt: (name: string, numbers: readonly number[]) =>
    numbers.map((number) => talk(name).sentAt[number] ?? NaN),

  sentBetween: (name: string, from: number, to: number) =>
    talk(name).sentAt.filter((at) => at >= from && at <= to).length,

  async event(name: string, type: EventType, after: number): Promise<Moment> {
    try {
      return await end(name).moments.after(type, after)
    } catch (cause) {
      throw new Error(`${name}: ${String(cause)}`, { cause })
    }
  },

  events: (name: string, type: EventType, after: number): Moment[] =>
    end(name).moments.all.filter((each) => each.type === type && each.at > after),

  stats: (name: string): SocketStats => (end(name).socket as unknown as zerowire.Socket).stats,

  subscribeMany: (name: string, count: number) => topics(name).subscribe(count),
  publishMany: (name: string, count: number) => topics(name).publish(count),
  /** On how many topics something has come. @param anew forget that afterwards. */
  topicsHeard: (name: string, anew: boolean) => topics(name).heard(anew),

  /** Sends as fast as it can, until the end of the process. */
  flood(name: string, size: number) {
    void flood(end(name).socket, Buffer.alloc(size))
  },

  /** Receives, and forgets. */
  drain(name: string) {
    void drain(end(name).socket)
  },

  held: () => ({ bytes: heldBytes(), resident: process.memoryUsage.rss() }),

  usage: () => process.cpuUsage(),
}

export type EndProgram = typeof commands

obey(commands)
