import { expect, onTestFinished } from 'vitest'
import { Dealer } from 'zerowire'
import { ManualClock } from 'zerowire/patterns/clock'
import {
  HashClient,
  HashRouter,
  HashWorker,
  RequestFailed,
  type HashHandler,
  type HashRouterOptions,
} from 'zerowire/patterns/hash-ring'
import { track } from '../../../test/support/track.js'

interface Closable {
  close(): Promise<void>
}

/** A broker on a clock that stands still, and those who come to it. */
export class Scene {
  readonly clock: ManualClock = new ManualClock()
  readonly router: HashRouter
  front = ''
  back = ''
  readonly #all: Closable[] = []

  private constructor(options: HashRouterOptions) {
    this.router = new HashRouter({ clock: this.clock, ...options })
    onTestFinished(async () => {
      const closed = this.#all.map((each) => each.close())
      // Workers that are still at it are not waited for.
      this.clock.advance(3000)
      await Promise.all(closed)
      await this.router.close()
    })
  }

  static async open(options: HashRouterOptions = {}): Promise<Scene> {
    const scene = new Scene(options)
    scene.front = await scene.router.bindClients('tcp://127.0.0.1:*')
    scene.back = await scene.router.bindWorkers('tcp://127.0.0.1:*')
    return scene
  }

  /** A worker that has been let in. Its clock stands still too, so that it says so just once. */
  async worker(name: string, handle: HashHandler = () => name, weight = 1): Promise<HashWorker> {
    const worker = this.newcomer(name, handle, weight)
    await worker.ready
    return worker
  }

  /** A worker that nobody has let in yet. */
  newcomer(name: string, handle: HashHandler = () => name, weight = 1): HashWorker {
    const worker = new HashWorker(name, handle, { clock: this.clock, weight })
    worker.connect(this.back)
    this.#all.push(worker)
    return worker
  }

  client(): HashClient {
    const client = new HashClient({ clock: this.clock })
    client.connect(this.front)
    this.#all.push(client)
    return client
  }
}

/** A peer of the test's own. */
export function stranger(address: string): Dealer {
  const dealer = track(new Dealer({ linger: 0 }))
  dealer.connect(address)
  return dealer
}

/** A handler that never answers, and tells how often it was asked. */
export function silent(): { state: { asked: number }; handle: HashHandler } {
  const state = { asked: 0 }
  return {
    state,
    handle: () => {
      state.asked++
      return new Promise<string>(() => undefined)
    },
  }
}

/** The error of a request that was answered like this. */
export function failed(status: number, text: string): RequestFailed {
  return expect.objectContaining({ name: 'RequestFailed', status, message: text }) as RequestFailed
}
