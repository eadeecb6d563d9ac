import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { Dealer } from 'zerowire'
import { pack, unpack, type Value } from './msgpack.js'
import { Stats, type Sample } from './stats.js'

/** What a user does again and again. */
export type Task = (
  /** The master's `--host`. */
  host: string,
  measured: (sample: Sample) => void,
  /** The user is to stop: what it is waiting for counts no more. */
  signal: AbortSignal,
) => Promise<void>

/** How often the master wants to hear of us, and of what was measured, in milliseconds. */
const HEARTBEAT = 1000
const REPORT = 3000

/** One that runs until it is stopped. */
interface User {
  readonly stop: AbortController
  readonly stopped: Promise<void>
}

/**
 * A worker of Locust, whose users are functions: it asks a master for work, runs as many users as that
 * says, and reports what they measure. Messages are `[type, data, our name]` in MessagePack.
 */
export class LocustWorker {
  readonly #name = `${hostname()}_${randomUUID()}`
  readonly #dealer = new Dealer({ routingId: this.#name, linger: 1000 })
  readonly #classes: ReadonlyMap<string, Task>
  readonly #users = new Map<string, User[]>()
  readonly #stats = new Stats()
  readonly #interval: number
  readonly #timers: NodeJS.Timeout[] = []
  #state = 'ready'
  /** At the last heartbeat. */
  #cpu = process.cpuUsage()
  #lastSpawn = 0
  /** Messages of the master that were none of Locust's. */
  malformed = 0

  /**
   * @param classes what users do, by the names of their classes in the master's locustfile.
   * @param interval how often the master is told what was measured, in milliseconds.
   */
  constructor(classes: Readonly<Record<string, Task>>, interval = REPORT) {
    this.#interval = interval
    this.#classes = new Map(Object.entries(classes))
    for (const name of this.#classes.keys()) this.#users.set(name, [])
  }

  /** Works for a master until that says that it is over. */
  async work(address: string): Promise<void> {
    this.#dealer.connect(address)
    this.#ready()
    this.#timers.push(setInterval(() => this.#beat(), HEARTBEAT))
    this.#timers.push(setInterval(() => this.#report(), this.#interval))
    try {
      for await (const [message] of this.#dealer) if (!(await this.#take(message))) break
    } finally {
      await this.close()
    }
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.#stopAll()
    await this.#dealer.close()
  }

  /** @returns whether to go on. */
  async #take(message: Buffer | undefined): Promise<boolean> {
    const { type, data } = read(message)
    if (type === 'spawn' && data instanceof Map) {
      await this.#spawn(data as ReadonlyMap<string, Value>)
    } else if (type === 'stop') {
      await this.#stopAll()
      this.#tell('client_stopped')
      this.#ready()
    } else if (type === 'quit') {
      await this.#stopAll()
      this.#report()
      return false
    } else if (type !== 'ack') this.malformed++
    return true
  }

  /** As many users of each class as the master wants; those too many are stopped. */
  async #spawn(job: ReadonlyMap<string, Value>): Promise<void> {
    const [time, host, wanted] = ['timestamp', 'host', 'user_classes_count'].map((key) =>
      job.get(key),
    )
    this.#tell('spawning')
    // Messages of a master that was replaced may be late.
    if (Number(time) <= this.#lastSpawn || !(wanted instanceof Map)) return
    this.#lastSpawn = Number(time)
    for (const [name, task] of this.#classes) {
      const users = this.#users.get(name) ?? []
      const count = Number((wanted as ReadonlyMap<string, Value>).get(name) ?? 0)
      while (users.length < count)
        users.push(this.#start(task, typeof host === 'string' ? host : ''))
      await stop(users.splice(count))
    }
    this.#state = 'running'
    this.#tell('spawning_complete', this.#counts())
  }

  #start(task: Task, host: string): User {
    const stop = new AbortController()
    const live = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        try {
          await task(host, (sample) => this.#stats.add(sample), stop.signal)
        } catch (error) {
          if (stop.signal.aborted) return
          const { message, stack } = error as Error
          this.#tell(
            'exception',
            new Map([
              ['msg', message],
              ['traceback', stack ?? ''],
            ]),
          )
          // As Locust does, so that a broken task is no flood.
          await delay(1000, undefined, { signal: stop.signal }).catch(() => undefined)
        }
      }
    }
    return { stop, stopped: live() }
  }

  async #stopAll(): Promise<void> {
    const all = [...this.#users.values()].flatMap((users) => users.splice(0))
    await stop(all)
  }

  #ready(): void {
    this.#state = 'ready'
    // In place of a version: one that has no opinion of the master's.
    this.#tell('client_ready', -1)
  }

  #beat(): void {
    const { user, system } = process.cpuUsage(this.#cpu)
    this.#cpu = process.cpuUsage()
    const percent = (user + system) / 1000 / (HEARTBEAT / 100)
    const facts = { state: this.#state, current_cpu_usage: percent }
    const { rss } = process.memoryUsage()
    const all = Object.entries({ ...facts, current_memory_usage: rss })
    this.#tell('heartbeat', new Map<string, Value>(all))
  }

  #report(): void {
    this.#tell('stats', new Map([...this.#stats.take(), ...this.#counts()]))
  }

  #counts(): Map<string, Value> {
    const counts = [...this.#users].map(([name, users]) => [name, users.length] as const)
    const total = counts.reduce((sum, [, count]) => sum + count, 0)
    return new Map<string, Value>([
      ['user_classes_count', new Map(counts)],
      ['user_count', total],
    ])
  }

  #tell(type: string, data: Value = null): void {
    if (this.#dealer.closed) return
    // A master that takes nothing any more has missed our heartbeats, too.
    const options = { timeout: 0 }
    this.#dealer.send(pack([type, data, this.#name]), options).catch(() => undefined)
  }
}

async function stop(users: readonly User[]): Promise<void> {
  for (const user of users) user.stop.abort()
  await Promise.all(users.map((user) => user.stopped))
}

/** What a message says; nothing if it is none. */
function read(message: Buffer | undefined): { type?: Value; data?: Value } {
  try {
    const [type = null, data = null] = unpack(message ?? Buffer.alloc(0)) as readonly Value[]
    return { type, data }
  } catch {
    return {}
  }
}
