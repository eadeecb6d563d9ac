import { Publisher, Pull, Push, Reply, Request, Subscriber } from 'zerowire'
import type { Far, FarSpec } from '../../support/far/far.js'
import { openAt } from '../../support/far/open-by.js'

type Address = () => string
type Side = 'binds' | 'connects'
type Near = Push | Pull | Publisher | Subscriber | Request | Reply
type Conversation = (farEnds: string, address: Address, side: Side) => Promise<unknown>

/** Connects one of ours, or binds it, and opens the far end to match. */
async function join(
  socket: Near,
  type: FarSpec['type'],
  farEnds: string,
  address: Address,
  side: Side,
): Promise<Far> {
  const bound = side === 'binds'
  if (bound) await socket.bind(address())
  const at = bound ? String(socket.lastEndpoint) : address()
  const far = await openAt(farEnds, { library: 'zeromq', type, address: at, connects: bound })
  if (!bound) socket.connect(far.endpoint)
  return far
}

const push: Conversation = async (...way) => {
  using socket = new Push()
  const far = await join(socket, 'Pull', ...way)
  await socket.send(['it', 'works'])
  await end(far, await far.receive())
}

const pull: Conversation = async (...way) => {
  using socket = new Pull()
  const far = await join(socket, 'Push', ...way)
  await far.send(['it', 'works'])
  await end(far, [texts(await socket.receive())])
}

const request: Conversation = async (...way) => {
  using socket = new Request()
  const far = await join(socket, 'Reply', ...way)
  const echo = far.echo(1)
  await socket.send(['it', 'works'])
  const answer = [texts(await socket.receive())]
  await echo
  await end(far, answer)
}

const reply: Conversation = async (...way) => {
  using socket = new Reply()
  const far = await join(socket, 'Request', ...way)
  await far.send(['it', 'works'])
  await socket.send(await socket.receive())
  await end(far, await far.receive())
}

/** Nobody knows when a subscription has arrived: it is said until it is heard. */
const publish: Conversation = async (...way) => {
  using socket = new Publisher()
  const far = await join(socket, 'XSubscriber', ...way)
  const heard = watch(far.receive())
  while (heard.value === undefined) {
    await far.send(['\x01it'])
    await socket.send(['it', 'works'])
  }
  await end(far, heard.value)
}

const subscribe: Conversation = async (...way) => {
  using socket = new Subscriber()
  socket.subscribe('it')
  const far = await join(socket, 'Publisher', ...way)
  const heard = watch(socket.receive())
  while (heard.value === undefined) await far.send(['it', 'works'])
  await end(far, [texts(heard.value)])
}

function watch<T>(promise: Promise<T>): { value?: T } {
  const watched: { value?: T } = {}
  void promise.then((value) => (watched.value = value))
  return watched
}

function texts(message: readonly Uint8Array[]): string[] {
  return message.map(String)
}

async function end(far: Far, messages: readonly string[][]): Promise<void> {
  await far.close()
  const text = JSON.stringify(messages)
  if (text !== '[["it","works"]]') throw new Error(`there came ${text}`)
}

const conversations = { push, pull, request, reply, publish, subscribe }

/**
 * Converses with libzmq in another process, in every way that has to work. `farEnds`: where that is.
 * @returns how many conversations worked: all of them.
 * @throws Error naming the one that did not.
 */
export async function converse(
  farEnds: string,
  addresses: Readonly<Record<string, Address>>,
  sides: readonly Side[],
): Promise<number> {
  let worked = 0
  for (const [scheme, address] of Object.entries(addresses)) {
    for (const [name, conversation] of Object.entries(conversations)) {
      for (const side of sides) {
        await conversation(farEnds, address, side).catch((cause: unknown) => {
          throw new Error(`${name}, which ${side} over ${scheme}`, { cause })
        })
        worked += 1
      }
    }
  }
  return worked
}
