import fc from 'fast-check'
import { Dealer } from 'zerowire'
import { ManualClock } from 'zerowire/patterns/clock'
import { Broker, type Version } from 'zerowire/patterns/majordomo'
import { expect, it } from 'vitest'
import { bytes, texts } from '../../test/support/messages.js'
import { holdsLater } from '../../test/support/property.js'
import { until } from '../../test/support/turn.js'
import { Model, INTERVAL, type Limits } from './test/model.js'
import { CLIENT, WORKER } from './test/peer.js'

const CLIENTS = 3
const WORKERS = 4

const version = fc.constantFrom<Version>('0.1', '0.2')
const service = fc.constantFrom('a', 'b', 'c')
const slot = fc.nat(WORKERS - 1)

/** What may happen, one after the other. */
const happenings = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant('ask' as const),
      client: fc.nat(CLIENTS - 1),
      version,
      service,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ is: fc.constant('ready' as const), slot, version, service }),
  },
  { weight: 6, arbitrary: fc.record({ is: fc.constant('final' as const), slot }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('partial' as const), slot }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('lie' as const), slot, version }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('leave' as const), slot }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('vanish' as const), slot }) },
  // Who is silent sends no heartbeat before the time goes by.
  { weight: 2, arbitrary: fc.record({ is: fc.constant('pass' as const), silent: fc.array(slot) }) },
)

type Happening = typeof happenings extends fc.Arbitrary<infer T> ? T : never

const limits = fc.record<Limits>({
  queueLimit: fc.nat(3),
  requestExpiry: fc.constantFrom(INTERVAL, 3 * INTERVAL),
  resends: fc.nat(1),
  services: fc.constantFrom(2, 10),
})

let rooms = 0

/** The broker, its peers, and what should become of them. */
class Room {
  readonly model: Model
  readonly broker: Broker
  readonly #clock = new ManualClock()
  readonly #endpoint = `inproc://majordomo-${rooms++}`
  readonly #clients: Dealer[] = []
  readonly #workers: Dealer[] = []
  /** Whom the worker in a slot has been asked to reply to. */
  readonly #asked: (string | undefined)[] = []
  #requests = 0
  /** Requests whose last reply has come. */
  readonly finished = new Set<string>()

  constructor(limits: Limits) {
    this.model = new Model(limits)
    this.broker = new Broker({ clock: this.#clock, ...limits })
  }

  async open(): Promise<void> {
    await this.broker.bind(this.#endpoint)
    for (let i = 0; i <= CLIENTS; i++) this.#clients.push(this.#connect())
    for (let i = 0; i < WORKERS; i++) this.#workers.push(this.#connect())
  }

  async close(): Promise<void> {
    for (const socket of [...this.#clients, ...this.#workers]) await socket.close()
    await this.broker.close()
  }

  #connect(): Dealer {
    const socket = new Dealer({ linger: 0 })
    socket.connect(this.#endpoint)
    return socket
  }

  async let(happening: Happening): Promise<void> {
    switch (happening.is) {
      case 'ask': {
        const body = `request ${this.#requests++}`
        this.model.ask(happening.client, happening.version, happening.service, body)
        const { request } = CLIENT[happening.version]
        await this.#clients[happening.client]?.send(bytes(...request, happening.service, body))
        break
      }
      case 'ready': {
        this.model.ready(happening.slot, happening.version, happening.service)
        await this.#say(
          happening.slot,
          happening.version,
          WORKER[happening.version].ready,
          happening.service,
        )
        break
      }
      case 'final':
      case 'partial':
        await this.#reply(happening.slot, happening.is)
        break
      case 'lie': {
        this.model.reply(happening.slot, happening.version, true, 'lie', false)
        const { final } = WORKER[happening.version]
        await this.#say(happening.slot, happening.version, final, 'nobody', '', 'lie')
        break
      }
      case 'leave': {
        const { version = '0.1' } = this.model.worker(happening.slot) ?? {}
        this.model.leave(happening.slot)
        await this.#say(happening.slot, version, WORKER[version].disconnect)
        break
      }
      case 'vanish': {
        this.model.vanish(happening.slot)
        await this.#workers[happening.slot]?.close()
        this.#workers[happening.slot] = this.#connect()
        await until(() => this.broker.stats.vanished === this.model.counts.vanished)
        break
      }
      case 'pass': {
        for (const { slot, version } of [...this.model.workers]) {
          if (happening.silent.includes(slot)) continue
          this.model.beat(slot, version)
          await this.#say(slot, version, WORKER[version].heartbeat)
        }
        await this.#settled()
        this.model.pass()
        this.#clock.advance(INTERVAL)
        break
      }
    }
    await this.#settled()
  }

  async #say(slot: number, version: Version, ...frames: string[]): Promise<void> {
    await this.#workers[slot]?.send(bytes(...WORKER[version].head, ...frames))
  }

  async #reply(slot: number, kind: 'final' | 'partial'): Promise<void> {
    const worker = this.model.worker(slot)
    const { request, version = '0.2' } = worker ?? {}
    const command = kind === 'final' ? WORKER[version].final : WORKER['0.2'].partial
    if (kind === 'partial' && version === '0.1') return
    const body = `${kind} of ${slot} to ${request?.body ?? 'nobody'}`
    this.model.reply(slot, version, kind === 'final', body, true)
    await this.#say(slot, version, command, this.#asked[slot] ?? 'nobody', '', body)
  }

  /** When a question has been answered, what was said before it has been dealt with. */
  async #settled(): Promise<void> {
    const last = this.#clients[CLIENTS]
    for (let i = 0; i < 2; i++) {
      await last?.send(bytes(...CLIENT['0.1'].request, 'mmi.service', 'a'))
      await last?.receive()
    }
  }

  /** What the clients were told since the last time. */
  async heardByClients(): Promise<string[]> {
    const heard: string[] = []
    for (const [i, socket] of this.#clients.entries()) {
      while (socket.readable) {
        const frames = texts(await socket.receive())
        const [kind, service = '', body = ''] =
          frames[0] === ''
            ? ['final', ...frames.slice(2)]
            : [frames[1] === '\x02' ? 'partial' : 'final', ...frames.slice(2)]
        heard.push(`${i} ${kind} ${service} ${body}`)
        if (kind !== 'final') continue
        const request = body.replace(/^final of \d to /, '')
        expect(this.finished, 'answered twice').not.toContain(request)
        this.finished.add(request)
      }
    }
    return heard
  }

  /** What the workers were told, without heartbeats. */
  async heardByWorkers(): Promise<string[]> {
    const heard: string[] = []
    for (const [slot, socket] of this.#workers.entries()) {
      while (socket.readable) {
        const frames = texts(await socket.receive())
        const version = frames[0] === '' ? '0.1' : '0.2'
        const { head, heartbeat, request } = WORKER[version]
        const [command, client, , body = ''] = frames.slice(head.length)
        if (command === heartbeat) continue
        if (command === request) this.#asked[slot] = client
        heard.push(`${slot} ${version} ${command === request ? `request ${body}` : 'disconnect'}`)
      }
    }
    return heard
  }
}

it('does what the RFCs say, whatever clients and workers do', { timeout: 120_000 }, () =>
  holdsLater(
    fc.asyncProperty(
      limits,
      fc.array(happenings, { maxLength: 60, size: 'max' }),
      async (limits, all) => {
        const room = new Room(limits)
        await room.open()
        try {
          for (const happening of all) {
            await room.let(happening)
            const { model, broker } = room
            expect(await room.heardByWorkers()).toEqual(model.toWorkers.splice(0).sort(bySlot))
            expect(await room.heardByClients()).toEqual(model.toClients.splice(0).sort(bySlot))
            const { stats } = broker
            expect(stats).toMatchObject(model.stats)
            const { waiting, working, final, expired, lost } = stats
            expect(stats.requests).toBe(waiting + working + final + expired + lost)
          }
        } finally {
          await room.close()
        }
      },
    ),
    150,
  ),
)

/** Sorting keeps the order of what was said to the same one. */
function bySlot(a: string, b: string): number {
  return parseInt(a) - parseInt(b)
}
