import * as zmq from 'zerowire'
import { misuse } from './exit.js'
import type { Label } from './letter.js'
import { addressedPost, plainPost, type Post } from './post.js'
import type { SocketSecurity } from './security.js'

/** What is set on every socket. */
export interface Settings extends SocketSecurity {
  ipv6?: boolean
  linger?: number
}

/** What some sockets have besides. */
export interface KindOptions {
  readonly hwm?: number
  readonly identity?: string
  readonly subscribe?: readonly string[]
  readonly join?: readonly string[]
  readonly noDrop?: boolean
  readonly wait?: number
}

/** The name of a type of socket. */
export type KindName =
  | 'push'
  | 'pull'
  | 'pub'
  | 'sub'
  | 'dealer'
  | 'router'
  | 'pair'
  | 'xpub'
  | 'xsub'
  | 'client'
  | 'server'
  | 'radio'
  | 'dish'
  | 'scatter'
  | 'gather'
  | 'channel'

/** A type of socket, as commands know it. */
export interface Kind {
  readonly sends: boolean
  readonly receives: boolean
  readonly label?: Label
  open(settings: Settings, options: KindOptions): Post | Promise<Post>
}

const outgoing = ({ hwm }: KindOptions): { sendHighWaterMark?: number } =>
  hwm === undefined ? {} : { sendHighWaterMark: hwm }
const incoming = ({ hwm }: KindOptions): { receiveHighWaterMark?: number } =>
  hwm === undefined ? {} : { receiveHighWaterMark: hwm }
const both = (options: KindOptions): ReturnType<typeof outgoing & typeof incoming> => ({
  ...outgoing(options),
  ...incoming(options),
})
const named = ({ identity }: KindOptions): { routingId?: string } =>
  identity === undefined ? {} : { routingId: identity }

const ONE_WAY = { sends: true, receives: false }
const THE_OTHER = { sends: false, receives: true }
const BOTH_WAYS = { sends: true, receives: true }

/** The draft types are loaded only when one is wanted: loading them is a warning. */
const drafts = (): Promise<typeof import('zerowire/draft')> => import('zerowire/draft')

const groups = {
  address: (group: Uint8Array) => ({ group }),
  part: ({ group }: { group: Uint8Array | string }) => Buffer.from(group),
}

const numbers = {
  address: (part: Uint8Array) => ({ routingId: Number(Buffer.from(part).toString()) }),
  part: ({ routingId }: { routingId: number }) => Buffer.from(String(routingId)),
}

/** Those who are told of no subscription cannot wait for one. */
function publisher(settings: Settings, options: KindOptions): Post {
  const own = { ...settings, ...outgoing(options), noDrop: options.noDrop ?? false }
  if (options.wait === undefined) return plainPost(new zmq.Publisher(own))
  const socket = new zmq.XPublisher({ ...own, verbosity: 'allSubs' })
  return { ...plainPost(socket), untilWanted: (count) => untilSubscribed(socket, count) }
}

function untilSubscribed(socket: zmq.XPublisher, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = count
    const hear = async (): Promise<void> => {
      for await (const [change] of socket) if (change?.[0] === 1 && --left === 0) resolve()
    }
    hear().catch(reject)
  })
}

function subscriber(settings: Settings, options: KindOptions): Post {
  const socket = new zmq.Subscriber({ ...settings, ...incoming(options) })
  socket.subscribe(...(options.subscribe ?? ['']))
  return plainPost(socket)
}

export const KINDS: Readonly<Record<KindName, Kind>> = {
  push: { ...ONE_WAY, open: (s, o) => plainPost(new zmq.Push({ ...s, ...outgoing(o) })) },
  pull: { ...THE_OTHER, open: (s, o) => plainPost(new zmq.Pull({ ...s, ...incoming(o) })) },
  pub: { ...ONE_WAY, label: 'topic', open: publisher },
  sub: { ...THE_OTHER, label: 'topic', open: subscriber },
  xpub: {
    ...BOTH_WAYS,
    open: (s, o) => plainPost(new zmq.XPublisher({ ...s, ...both(o), noDrop: o.noDrop ?? false })),
  },
  xsub: { ...BOTH_WAYS, open: (s, o) => plainPost(new zmq.XSubscriber({ ...s, ...both(o) })) },
  dealer: {
    ...BOTH_WAYS,
    open: (s, o) => plainPost(new zmq.Dealer({ ...s, ...both(o), ...named(o) })),
  },
  // Who is not there is an error, not a silence.
  router: {
    ...BOTH_WAYS,
    label: 'routingId',
    open: (s, o) => plainPost(new zmq.Router({ ...s, ...both(o), ...named(o), mandatory: true })),
  },
  pair: { ...BOTH_WAYS, open: (s, o) => plainPost(new zmq.Pair({ ...s, ...both(o) })) },
  client: {
    ...BOTH_WAYS,
    open: async (s, o) => plainPost(new (await drafts()).Client({ ...s, ...both(o) })),
  },
  server: {
    ...BOTH_WAYS,
    label: 'routingId',
    open: async (s, o) => addressedPost(new (await drafts()).Server({ ...s, ...both(o) }), numbers),
  },
  radio: {
    ...ONE_WAY,
    label: 'group',
    open: async (s, o) =>
      addressedPost(new (await drafts()).Radio({ ...s, ...outgoing(o) }), groups),
  },
  dish: {
    ...THE_OTHER,
    label: 'group',
    open: async (s, o) => {
      if (o.join === undefined) throw misuse('a dish hears nothing without --join')
      const socket = new (await drafts()).Dish({ ...s, ...incoming(o) })
      socket.join(...o.join)
      return addressedPost(socket, groups)
    },
  },
  scatter: {
    ...ONE_WAY,
    open: async (s, o) => plainPost(new (await drafts()).Scatter({ ...s, ...outgoing(o) })),
  },
  gather: {
    ...THE_OTHER,
    open: async (s, o) => plainPost(new (await drafts()).Gather({ ...s, ...incoming(o) })),
  },
  channel: {
    ...BOTH_WAYS,
    open: async (s, o) => plainPost(new (await drafts()).Channel({ ...s, ...both(o) })),
  },
}
