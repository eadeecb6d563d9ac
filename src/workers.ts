/**
 * `inproc://` between a page and its workers, and between tabs: `zerowire/workers`.
 *
 * @module zerowire/workers
 */
import { context, servicesOf } from './context.js'
import type { Names } from './transport/inproc.js'
import type { Transport } from './transport/transport.js'
import { ownLife } from './workers/life.js'
import { Realm } from './workers/realm.js'

/** What {@link shareInproc} takes: a `Worker`, a `MessagePort`, or a worker's own `self`. */
export interface InprocNeighbour {
  /** Sends a message to the other side, as `MessagePort` has it. */
  postMessage(...message: never[]): void
  /** Hears of messages from the other side, as `MessagePort` has it. */
  addEventListener(...listener: never[]): void
}

/** How {@link shareInproc} joins the names of two realms. */
export interface ShareInprocOptions {
  /**
   * Which side says who may have a name: true for this one. A page is the hub of its workers and a
   * `SharedWorker` that of its pages, whatever is said; of other ports one side has to say so. @default false
   */
  hub?: boolean
}

/** The key of the one message that the other side's program could see. */
const OFFER = 'zerowire:inproc'

/** What is done with a neighbour in the browser. */
interface Neighbour {
  postMessage(message: unknown, transfer: readonly MessagePort[]): void
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void
  removeEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void
  start?(): void
}

const shared = new WeakSet<object>()

/**
 * Makes the names of `inproc://` in the default context those of another realm as well. Both sides call it:
 *
 *     // page                                         // its worker
 *     shareInproc(new Worker(url))                    shareInproc(self)
 *
 *     // pages (tabs)                                 // their SharedWorker
 *     shareInproc(new SharedWorker(url).port)         onconnect = ({ ports: [port] }) => shareInproc(port)
 *
 * A page calls it where it makes the worker, before it listens to it; a worker when it likes. All realms that are joined
 * in this way, over any number of steps, have their names in common: a name is bound once, a connect may come
 * before its bind, and messages go straight from one realm to the other, bounded by the marks of both sockets.
 * A realm that is terminated or left is noticed: its names are free, its connections end.
 *
 * Who may have a name is for the hub to say, so `bind()` in a worker asks it, and `bindSync()` there is refused
 * with `ENOTSUP`. A worker whose hub does not answer for five seconds binds on its own; of names that two realms had
 * bound before they were joined each goes on to use its own.
 *
 * The program's own messages are left alone. The page, or whoever is the hub, is sent one message beside them, an
 * object with the key `zerowire:inproc`, which listeners that came later do not see.
 *
 * In Node it does nothing: the threads of a process have their names in common without it.
 *
 * @returns what it was given. A second call for the same does nothing.
 * @throws TypeError when it is none of these, or when a realm that has a hub is to have a second one.
 */
export function shareInproc<T extends InprocNeighbour>(
  neighbour: T,
  options: ShareInprocOptions = {},
): T {
  if (!isNeighbour(neighbour)) {
    throw new TypeError(`Expected a Worker, a MessagePort or self, got ${typeof neighbour}`)
  }
  const realm = realmOf(inproc())
  if (realm === undefined || shared.has(neighbour)) return neighbour
  if (isHubOf(neighbour, options)) serve(realm, neighbour)
  else if (realm.hasHub) throw new TypeError('This realm shares its names with a hub already')
  else join(realm, neighbour)
  shared.add(neighbour)
  return neighbour
}

/** Waits for the offer of the other side. */
function serve(realm: Realm, neighbour: Neighbour): void {
  const listener = (event: MessageEvent<unknown>): void => {
    const port = offeredPort(event.data)
    if (port === undefined) return
    event.stopImmediatePropagation()
    neighbour.removeEventListener('message', listener)
    void ownLife().then((life) => {
      realm.live(life)
      realm.addChild(port)
    })
  }
  neighbour.addEventListener('message', listener)
  neighbour.start?.()
}

/** Offers a port to the hub. */
function join(realm: Realm, neighbour: Neighbour): void {
  const { port1, port2 } = new MessageChannel()
  realm.setHub(port1)
  void ownLife().then((life) => {
    realm.live(life)
    neighbour.postMessage({ [OFFER]: port2 }, [port2])
  })
}

function inproc(): Names {
  return servicesOf(context).transport('inproc://shared').transport as Transport & Names
}

/** None where the names are shared already, by the threads of Node. */
function realmOf(names: Names): Realm | undefined {
  const { neighbours } = names
  if (neighbours !== undefined) return neighbours instanceof Realm ? neighbours : undefined
  const realm = new Realm(names)
  names.neighbours = realm
  return realm
}

function isNeighbour(value: unknown): value is Neighbour {
  if (typeof value !== 'object' || value === null) return false
  const { postMessage, addEventListener } = value as Partial<Neighbour>
  const isPage = 'document' in value
  return typeof postMessage === 'function' && typeof addEventListener === 'function' && !isPage
}

function isHubOf(neighbour: Neighbour, { hub = false }: ShareInprocOptions): boolean {
  return (
    'terminate' in neighbour || ((neighbour as object) !== globalThis && (hub || isSharedWorker()))
  )
}

function isSharedWorker(): boolean {
  return 'onconnect' in globalThis
}

function offeredPort(data: unknown): MessagePort | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const { [OFFER]: port } = data as { [OFFER]?: unknown }
  // It may be of another page.
  const isPort = Object.prototype.toString.call(port) === '[object MessagePort]'
  return isPort ? (port as MessagePort) : undefined
}
