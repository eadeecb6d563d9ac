import * as native from 'zeromq'
import { ManualClock } from 'zerowire/patterns/clock'
import { Broker, Worker } from 'zerowire/patterns/majordomo'
import type { Store } from 'zerowire/patterns/store'
import { Titanic, TitanicClient, type TitanicOptions } from 'zerowire/patterns/titanic'
import { bytes, texts } from '../../../test/support/messages.js'
import { track } from '../../../test/support/track.js'
import { until } from '../../../test/support/turn.js'
import { trackAll } from '../../common/test/tracked.js'

const HOUR = 3_600_000
/** Nobody is taken for dead when time goes by for the others alone. */
const PATIENT = { heartbeatInterval: 100 * HOUR } as const

/** A broker for the running test, and who is at it. */
export class Scene {
  readonly broker: Broker = trackAll(new Broker({ ...PATIENT, requestExpiry: HOUR }))
  /** The time of Titanic and of its clients. */
  readonly clock: ManualClock = new ManualClock(1_000_000)
  #endpoint = ''

  static async open(): Promise<Scene> {
    const scene = new Scene()
    scene.#endpoint = await scene.broker.bind('tcp://127.0.0.1:*')
    return scene
  }

  get endpoint(): string {
    return this.#endpoint
  }

  /** A Titanic that the broker knows. */
  async titanic(store: Store, options: TitanicOptions = {}): Promise<Titanic> {
    const { clock, endpoint } = this
    const before = this.broker.stats.workers
    const all = { workers: 1, clock, worker: PATIENT, ...options }
    const titanic = trackAll(await Titanic.open(store, endpoint, all))
    await until(() => this.broker.stats.workers === before + 3 * all.workers)
    return titanic
  }

  /** Ends it as far as the broker knows, too. */
  async end(titanic: Titanic): Promise<void> {
    const before = this.broker.stats.workers
    await titanic.close()
    await until(() => this.broker.stats.workers === before - 3)
  }

  client(): TitanicClient {
    return trackAll(new TitanicClient(this.endpoint, { clock: this.clock }))
  }

  /** A worker that the broker knows. */
  async worker(service: string, work: (request: string[]) => string[] | Promise<string[]>) {
    const before = this.broker.stats.workers
    const handler = async (request: Uint8Array[]) => bytes(...(await work(texts(request))))
    const worker = trackAll(new Worker(this.endpoint, service, handler, PATIENT))
    await until(() => this.broker.stats.workers === before + 1)
    return worker
  }

  /** Asks as any program would that knows the RFCs alone: MDP 0.1 by a REQ of libzmq. */
  raw(): (service: string, ...frames: (string | Uint8Array)[]) => Promise<string[]> {
    const socket = track(new native.Request({ linger: 0 }))
    socket.connect(this.endpoint)
    return async (service, ...frames) => {
      await socket.send(['MDPC01', service, ...frames])
      const [header, from, ...reply] = texts(await socket.receive())
      if (header !== 'MDPC01' || from !== service) throw new Error('not the reply')
      return reply
    }
  }

  /** A whole call in which no time goes by. */
  async served(client: TitanicClient, service: string, body: string): Promise<string[]> {
    const uuid = await client.request(service, body)
    let reply = await client.reply(uuid)
    while (!reply) reply = await client.reply(uuid)
    await client.closeRequest(uuid)
    return texts(reply)
  }

  /** Lets time go by, as fast as the broker answers others, until it holds. */
  async pass(condition: () => boolean): Promise<void> {
    const ask = this.raw()
    while (!condition()) {
      await ask('mmi.service', 'echo')
      this.clock.advance(100)
    }
  }
}
