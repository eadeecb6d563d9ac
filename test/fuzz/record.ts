/**
 * Records what libzmq says to each socket type, from its first byte on, into test/fuzz/corpus/:
 * `node --conditions=zerowire-source --import tsx test/fuzz/record.ts`. What is there need not be recorded again.
 */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import * as native from 'zeromq'
import { recognise } from './recognise.js'
import { format } from './text.js'

interface NativeSocket {
  bind(address: string): Promise<void>
  connect(address: string): void
  close(): void
  send(message: unknown, options?: object): Promise<void>
  receive(): Promise<unknown[]>
  subscribe?(...topics: string[]): void
  unsubscribe?(...topics: string[]): void
  join?(...groups: string[]): void
  leave?(...groups: string[]): void
  readonly lastEndpoint: string | null
}

type Make = new (options?: object) => NativeSocket

/** Who binds, who connects and what they say to each other. */
interface Scene {
  readonly name: string
  readonly binder: [type: string, make: unknown]
  readonly connecter: [type: string, make: unknown]
  readonly options?: object
  play(binder: NativeSocket, connecter: NativeSocket): Promise<void>
}

const answers = async (binder: NativeSocket, connecter: NativeSocket): Promise<void> => {
  for (const message of ['hi', ['a', '', 'b'], 'x'.repeat(300)]) {
    await connecter.send(message)
    await binder.send(await binder.receive())
    await connecter.receive()
  }
}

const publishes = async (publisher: NativeSocket, subscriber: NativeSocket): Promise<void> => {
  subscriber.subscribe?.('A', 'b'.repeat(246), '')
  subscriber.unsubscribe?.('A')
  for (let heard = false; !heard;) {
    const receiving = subscriber.receive().then(
      () => (heard = true),
      () => undefined,
    )
    await publisher.send(['A', 'body'])
    await receiving
  }
}

const pushes = async (binder: NativeSocket, connecter: NativeSocket): Promise<void> => {
  for (const message of ['one', ['two', 'parts'], '', 'x'.repeat(70_000)])
    await connecter.send(message)
  for (let i = 0; i < 4; i++) await binder.receive()
}

const tells = async (binder: NativeSocket, connecter: NativeSocket): Promise<void> => {
  await connecter.send('hello')
  await binder.receive()
}

const radios = async (radio: NativeSocket, dish: NativeSocket): Promise<void> => {
  dish.join?.('GRP', 'other')
  dish.leave?.('other')
  for (let heard = false; !heard;) {
    const receiving = dish.receive().then(
      () => (heard = true),
      () => undefined,
    )
    await radio.send('hello', { group: 'GRP' })
    await receiving
  }
}

// TypeScript does not find its types.
const draftName: string = 'zeromq/draft'
const drafts = (await import(draftName)) as Readonly<Record<string, unknown>>

const scenes: readonly Scene[] = [
  {
    name: 'request',
    binder: ['REP', native.Reply],
    connecter: ['REQ', native.Request],
    play: answers,
  },
  {
    name: 'router',
    binder: ['ROUTER', native.Router],
    connecter: ['DEALER', native.Dealer],
    options: { routingId: 'name', heartbeatInterval: 20, heartbeatTimeToLive: 2000 },
    play: answers,
  },
  {
    name: 'publish',
    binder: ['PUB', native.Publisher],
    connecter: ['SUB', native.Subscriber],
    play: publishes,
  },
  {
    name: 'xpublish',
    binder: ['XPUB', native.XPublisher],
    connecter: ['SUB', native.Subscriber],
    play: publishes,
  },
  { name: 'push', binder: ['PULL', native.Pull], connecter: ['PUSH', native.Push], play: pushes },
  { name: 'pair', binder: ['PAIR', native.Pair], connecter: ['PAIR', native.Pair], play: pushes },
  {
    name: 'radio',
    binder: ['RADIO', drafts['Radio']],
    connecter: ['DISH', drafts['Dish']],
    play: radios,
  },
  {
    name: 'client',
    binder: ['SERVER', drafts['Server']],
    connecter: ['CLIENT', drafts['Client']],
    play: tells,
  },
  {
    name: 'scatter',
    binder: ['GATHER', drafts['Gather']],
    connecter: ['SCATTER', drafts['Scatter']],
    play: tells,
  },
]

function save(name: string, listener: string, said: Buffer): void {
  const input = {
    target: 'session',
    facts: { type: listener, dialect: 'zmtp' },
    nodes: recognise(said),
  }
  const path = new URL(`corpus/libzmq-${name}.txt`, import.meta.url)
  writeFileSync(path, `# libzmq 4.3.5, what a ${listener} hears of it\n${format(input)}`)
}

function create(make: unknown, options: object = {}): NativeSocket {
  const socket = new (make as Make)({ linger: 0, ...options })
  if ('receiveTimeout' in socket) Object.assign(socket, { receiveTimeout: 100 })
  return socket
}

for (const { name, binder, connecter, options = {}, play } of scenes) {
  const bound = create(binder[1])
  await bound.bind('tcp://127.0.0.1:*')
  const { port } = new URL((bound.lastEndpoint ?? '').replace('tcp:', 'http:'))
  const toBinder: Buffer[] = []
  const toConnecter: Buffer[] = []
  const copy = (from: Socket, to: Socket, said: Buffer[]): void => {
    from.on('data', (chunk: Buffer) => {
      said.push(chunk)
      to.write(chunk)
    })
    from.on('error', () => undefined).on('close', () => to.destroy())
  }
  const tap = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1')
    copy(near, far, toBinder)
    copy(far, near, toConnecter)
  }).listen(0, '127.0.0.1')
  await once(tap, 'listening')
  const connected = create(connecter[1], options)
  connected.connect(`tcp://127.0.0.1:${String((tap.address() as { port: number }).port)}`)
  await play(bound, connected)
  connected.close()
  bound.close()
  tap.close()
  save(`${name}-${connecter[0].toLowerCase()}`, binder[0], Buffer.concat(toBinder))
  save(`${name}-${binder[0].toLowerCase()}`, connecter[0], Buffer.concat(toConnecter))
}
