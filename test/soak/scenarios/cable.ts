import { now } from '../../support/in-station.js'
import { Network } from '../../support/network.js'
import type { Station } from '../../support/station.js'
import { networks } from '../needs.js'
import type { EndProgram } from '../programs/end.js'
import type { Run } from '../run.js'
import type { Scenario } from '../scenario.js'
import { conversations, type Conversation, type End } from './conversations.js'

const INTERVAL = 300
const TIMEOUT = 700
/** What a busy machine may add: timers that run late, processes that wait for their turn. */
const ALLOWANCE = 500
/** What was sent so shortly before a cut may still have been on its way. */
const UNDER_WAY = 100
const TOPICS = 10_000
const PROGRAM = 'test/soak/programs/end.ts'

const heartbeats = {
  heartbeatInterval: INTERVAL,
  heartbeatTimeout: TIMEOUT,
  reconnectInterval: 50,
  connectTimeout: 500,
  handshakeInterval: 2000,
  linger: 0,
}

/** Ways in which nothing arrives any more. */
const CUTS: Readonly<Record<string, (network: Network) => () => void>> = {
  'cable pulled': (network) => {
    network.cut()
    return () => network.mend()
  },
  'packets vanish both ways': (network) => hole(network, 'near', 'far'),
  'packets vanish on the way out': (network) => hole(network, 'near'),
  'packets vanish on the way in': (network) => hole(network, 'far'),
}

function hole(network: Network, ...ends: ('near' | 'far')[]): () => void {
  for (const end of ends) network.blackHole(end)
  return () => {
    for (const end of ends) network.fillBlackHole(end)
  }
}

/** What is known of a conversation that was cut, in milliseconds. */
interface Gap {
  readonly start: number
  /** Its sender knew. */
  readonly noticed: number
  /** Numbers came through again. */
  readonly over: number
}

class Cable {
  readonly #run: Run
  readonly #network: Network
  readonly #stations: Readonly<Record<End, Station<EndProgram>>>
  readonly #talks: readonly Conversation[]
  readonly #gaps = new Map<string, Gap[]>()
  slowest = 0
  slowestHealing = 0

  constructor(run: Run) {
    this.#run = run
    this.#network = run.closing(new Network())
    const { near, far } = this.#network
    this.#stations = { near: near.run(PROGRAM), far: far.run(PROGRAM) }
    this.#talks = run.size({
      quick: conversations.filter(({ sender, dialler }) => sender === dialler),
      full: conversations,
    })
  }

  async open(): Promise<void> {
    const addresses = { near: this.#network.addresses[0], far: this.#network.addresses[1] }
    for (const [index, talk] of [...this.#talks, ...subscribers].entries()) {
      const { name, ends, dialler } = talk
      const listener = dialler === 'near' ? 'far' : 'near'
      const address = `tcp://${addresses[listener]}:${String(5000 + index)}`
      for (const end of [listener, dialler] as const) {
        const { library, type, options } = ends[end]
        await this.#stations[end].call('open', {
          ...{ name, library, type },
          options: { ...heartbeats, ...options },
          ...(type === 'Subscriber' && talk.role === 'tell' ? { subscribe: [''] } : {}),
          ...(end === listener ? { bind: address } : { connect: address }),
        })
      }
    }
    for (const { name, sender } of subscribers) {
      await this.#stations[other(sender)].call('subscribeMany', name, TOPICS)
    }
    await this.#everywhere((station, { name }) => station.call('event', name, 'handshake', 0))
    for (const { name, sender, role, answer } of this.#talks) {
      await this.#stations[other(sender)].call('talk', name, answer, 0)
      await this.#stations[sender].call('talk', name, role, 5)
    }
    await this.#flows(0)
  }

  /** So short a cut that nobody has to notice. */
  async hiccup(): Promise<void> {
    const start = now()
    this.#network.cut()
    this.#network.mend()
    await this.#flows(start)
    const ended = await this.#everywhere(
      async (station, { name }) => (await station.call('events', name, 'disconnect', start)).length,
    )
    this.#run.exactly('connections lost to a moment without cable', sum(ended), 0)
  }

  async cut(way: string): Promise<void> {
    const start = now()
    const mend = CUTS[way]?.(this.#network)
    const cut = now()
    const noticed = await this.#everywhere(async (station, { name }, end) => {
      const { at } = await station.call('event', name, 'disconnect', start)
      return { name, end, at }
    })
    this.slowest = Math.max(this.slowest, ...noticed.map(({ at }) => at - cut))
    const mended = now()
    mend?.()
    await this.#everywhere((station, { name }) => station.call('event', name, 'handshake', mended))
    await this.#flows(now())
    const over = now()
    this.slowestHealing = Math.max(this.slowestHealing, over - mended)
    for (const { name, sender } of this.#talks) {
      const { at = NaN } = noticed.find((each) => each.name === name && each.end === sender) ?? {}
      const gaps = this.#gaps.get(name) ?? []
      this.#gaps.set(name, [...gaps, { start: start - UNDER_WAY, noticed: at, over }])
    }
    for (const talk of subscribers) await this.#hearAll(talk)
  }

  /** What was lost, and whether it may have been. */
  async account(): Promise<void> {
    const all = { sent: 0, lost: 0, counted: 0, forbidden: 0, uncounted: 0, disordered: 0 }
    for (const talk of this.#talks) {
      const { name, sender, role } = talk
      const [from, to] = [this.#stations[sender], this.#stations[other(sender)]]
      const sent = await from.call('stop', name)
      const hearer = role === 'tell' ? to : from
      await this.#run.until(`the last number of ${name} has come`, async () => {
        return (await hearer.call('said', name)).last === sent - 1
      })
      const { disordered, repeated } = await hearer.call('said', name)
      const missing = await hearer.call('missing', name, sent)
      const times = await from.call('sentAt', name, missing)
      const gaps = this.#gaps.get(name) ?? []
      const drops = talk.drops === true
      const inGap = (at: number): boolean =>
        gaps.some(({ start, noticed, over }) => at >= start && at <= (drops ? over : noticed))
      all.sent += sent
      all.lost += missing.length
      all.disordered += disordered + repeated
      all.forbidden += role === 'insist' ? missing.length : times.filter((at) => !inGap(at)).length
      if (role !== 'tell' || talk.ends[sender].library !== 'zerowire') continue
      const { dropped, queued } = await from.call('stats', name)
      const unknown = missing.length - dropped.total - queued.outgoing
      let underWay = 0
      for (const { start, noticed } of gaps) {
        underWay += await from.call('sentBetween', name, start, noticed)
      }
      all.counted += dropped.total
      if (unknown < 0 || unknown > underWay) all.uncounted += 1
    }
    const run = this.#run
    run.tell('numbers sent', all.sent.toLocaleString('en'))
    run.tell('of those lost in gaps', all.lost.toLocaleString('en'))
    run.tell('of those counted by our PUSH and PUB', all.counted.toLocaleString('en'))
    run.exactly('lost elsewhere than in a gap', all.forbidden, 0)
    run.exactly('senders whose count does not add up', all.uncounted, 0)
    run.exactly('out of order or twice', all.disordered, 0)
  }

  /** Everything that is subscribed to is heard. */
  async #hearAll({ name, sender }: Conversation): Promise<void> {
    const [publisher, subscriber] = [this.#stations[sender], this.#stations[other(sender)]]
    await subscriber.call('topicsHeard', name, true)
    await this.#run.until(`${name} hears all topics`, async () => {
      await publisher.call('publishMany', name, TOPICS)
      return (await subscriber.call('topicsHeard', name, false)) === TOPICS
    })
  }

  /** Numbers that are sent now come through, in every conversation. */
  async #flows(after: number): Promise<void> {
    await Promise.all(
      this.#talks.map(async ({ name, sender, role }) => {
        const from = this.#stations[sender]
        const hearer = role === 'tell' ? this.#stations[other(sender)] : from
        await this.#run.until(`${name} goes on`, async () => {
          const { last } = await hearer.call('said', name)
          const [at = NaN] = last < 0 ? [] : await from.call('sentAt', name, [last])
          return at > after
        })
      }),
    )
  }

  #everywhere<T>(
    ask: (station: Station<EndProgram>, talk: Conversation, end: End) => Promise<T>,
  ): Promise<T[]> {
    return Promise.all(
      [...this.#talks, ...subscribers].flatMap((talk) =>
        (['near', 'far'] as const).map((end) => ask(this.#stations[end], talk, end)),
      ),
    )
  }
}

const subscribers = conversationsOfSubscribers()

function conversationsOfSubscribers(): Conversation[] {
  const mine = { library: 'zerowire' } as const
  const unlimited = { options: { sendHighWaterMark: 0 } }
  const both = { role: 'tell', answer: 'hear', sender: 'far', drops: true } as const
  return [
    {
      ...{ ...both, name: 'subscriptions of SUB, zerowire', dialler: 'near' },
      ends: {
        near: { ...mine, type: 'Subscriber', options: { receiveHighWaterMark: 0 } },
        far: { ...mine, type: 'Publisher', ...unlimited },
      },
    },
    {
      ...{ ...both, name: 'subscriptions of XSUB, zeromq', dialler: 'far' },
      ends: {
        near: { ...mine, type: 'XSubscriber', options: { receiveHighWaterMark: 0 } },
        far: { library: 'zeromq', type: 'Publisher', ...unlimited },
      },
    },
  ]
}

function other(end: End): End {
  return end === 'near' ? 'far' : 'near'
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

/** PUSH, PUB, DEALER and REQ while nothing arrives, and afterwards. */
export const cable: Scenario = {
  name: 'cable',
  title: 'cable pulled, packets that vanish: noticed, healed, nothing lost elsewhere',
  needs: [networks],
  async play(run) {
    const ways = Object.keys(CUTS)
    const rounds = run.size({ quick: 1, full: 5 })
    run.plan(rounds * ways.length + 3)
    const cable = new Cable(run)
    await cable.open()
    run.step('open')
    await cable.hiccup()
    run.step('hiccup')
    for (let round = 0; round < rounds; round += 1) {
      for (const way of ways) {
        await cable.cut(way)
        run.step(way)
      }
    }
    await cable.account()
    run.step('accounts')
    run.tell('cuts, at both ends of every conversation', String(rounds * ways.length))
    run.atMost('cut noticed after', cable.slowest, INTERVAL + TIMEOUT + ALLOWANCE, 'ms')
    run.tell('cable back, numbers through again after', `${cable.slowestHealing.toFixed(0)} ms`)
  },
}
