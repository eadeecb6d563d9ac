import { curveKeyPair } from 'zerowire'
import { now } from '../../support/in-station.js'
import { Network } from '../../support/network.js'
import {
  conversations,
  fewConversations,
  other,
  type Conversation,
  type End,
  type Participant,
} from '../conversations.js'
import { Accounts } from '../accounts.js'
import { Conversing, type OptionsOf } from '../conversing.js'
import { networks } from '../needs.js'
import type { Run } from '../run.js'
import type { Scenario } from '../scenario.js'

const INTERVAL = 300
const TIMEOUT = 1000
/** What a busy machine may add: timers that run late, processes that wait for their turn. */
const ALLOWANCE = 500
const TOPICS = 10_000

function optionsOf({ options }: Participant): object {
  return {
    heartbeatInterval: INTERVAL,
    heartbeatTimeout: TIMEOUT,
    reconnectInterval: 50,
    connectTimeout: 500,
    handshakeInterval: 2000,
    linger: 0,
    ...options,
  }
}

/** A way in which nothing arrives any more. */
interface Cut {
  readonly title: string
  /** The ends that hear nothing. What the other one hears ends only when these have given up. */
  readonly deaf: readonly End[]
  /** @returns what undoes it. */
  make(network: Network): () => void
}

const CUTS: readonly Cut[] = [
  {
    title: 'cable pulled',
    deaf: ['near', 'far'],
    make(network) {
      network.cut()
      return () => {
        network.mend()
      }
    },
  },
  hole('packets vanish both ways', ['near', 'far']),
  hole('packets vanish on the way out', ['far']),
  hole('packets vanish on the way in', ['near']),
]

function hole(title: string, deaf: readonly End[]): Cut {
  return {
    ...{ title, deaf },
    make(network) {
      for (const end of deaf) network.blackHole(other(end))
      return () => {
        for (const end of deaf) network.fillBlackHole(other(end))
      }
    },
  }
}

/** Conversations in which 10,000 topics are subscribed to, with a mark of 1 for what is sent. */
const subscriptions: readonly Conversation[] = [
  subscription('SUB to our PUB, listening', 'Subscriber', 'zerowire', 'far'),
  // Not the other way round: libzmq 4.3.5 aborts when it has dialled and the connection of a full queue ends.
  subscription("XSUB to libzmq's PUB, dialling", 'XSubscriber', 'zeromq', 'near'),
]

function subscription(
  name: string,
  type: 'Subscriber' | 'XSubscriber',
  library: 'zerowire' | 'zeromq',
  dialler: End,
): Conversation {
  return {
    ...{ name, role: 'tell', answer: 'hear', sender: 'far', dialler },
    ends: {
      near: { library: 'zerowire', type, options: { receiveHighWaterMark: 0 } },
      far: { library, type: 'Publisher', options: { sendHighWaterMark: 0 } },
    },
  }
}

class Cable {
  readonly #run: Run
  readonly #network: Network
  readonly #all: Conversing
  readonly #optionsOf: OptionsOf
  readonly #accounts: Accounts
  /** Milliseconds until it was noticed, by ends that heard nothing, and by ends that did. */
  slowestDeaf = 0
  slowestHearing = 0
  slowestHealing = 0

  constructor(run: Run, talks: readonly Conversation[], optionsOf: OptionsOf) {
    this.#run = run
    this.#optionsOf = optionsOf
    this.#network = run.closing(new Network())
    this.#all = new Conversing(this.#network, talks)
    this.#accounts = new Accounts(run, this.#all)
  }

  async begin(): Promise<void> {
    const { near } = this.#all.hosts
    for (const talk of subscriptions) {
      await this.#all.open(talk, this.#optionsOf)
      await near.call('subscribeMany', talk.name, TOPICS)
    }
    await this.#all.begin(this.#optionsOf, 5)
    for (const { name } of subscriptions) await this.#hearAll(name)
  }

  /** So short a cut that nobody has to notice. */
  async hiccup(): Promise<void> {
    const start = now()
    this.#network.cut()
    this.#network.mend()
    await this.#all.flows(start)
    const lost = await this.#all.lost(start)
    this.#run.exactly('connections lost to a moment without cable', lost, 0)
  }

  async cut({ deaf, make }: Cut): Promise<void> {
    await this.#accounts.openGap()
    const start = now()
    const mend = make(this.#network)
    const cut = now()
    const noticed = await this.#all.everywhere(async (host, { name }, end) => {
      const { at } = await host.call('event', name, 'disconnect', start)
      return { name, end, at }
    })
    for (const { end, at } of noticed) {
      if (deaf.includes(end)) this.slowestDeaf = Math.max(this.slowestDeaf, at - cut)
      else this.slowestHearing = Math.max(this.slowestHearing, at - cut)
    }
    const mended = now()
    mend()
    await this.#all.everywhere((host, { name }) => host.call('event', name, 'handshake', mended))
    await this.#all.flows(now())
    const over = now()
    this.slowestHealing = Math.max(this.slowestHealing, over - mended)
    this.#accounts.closeGap(noticed, over)
    for (const { name } of subscriptions) await this.#hearAll(name)
  }

  account(): Promise<void> {
    return this.#accounts.settle()
  }

  /** Everything that is subscribed to is heard. */
  async #hearAll(name: string): Promise<void> {
    const { near, far } = this.#all.hosts
    await near.call('topicsHeard', name, true)
    await this.#run.until(`${name} hears all topics`, async () => {
      await far.call('publishMany', name, TOPICS)
      return (await near.call('topicsHeard', name, false)) === TOPICS
    })
  }
}

async function play(run: Run, talks: readonly Conversation[], optionsOf: OptionsOf): Promise<void> {
  const rounds = run.size({ quick: 1, full: 5 })
  run.plan(rounds * CUTS.length + 3)
  const cable = new Cable(run, talks, optionsOf)
  await cable.begin()
  run.step('begin')
  await cable.hiccup()
  run.step('hiccup')
  for (let round = 0; round < rounds; round += 1) {
    for (const cut of CUTS) {
      await cable.cut(cut)
      run.step(cut.title)
    }
  }
  await cable.account()
  run.step('accounts')
  const limit = INTERVAL + TIMEOUT
  run.tell('cuts, at both ends of every conversation', String(rounds * CUTS.length))
  run.atMost('noticed by who hears nothing, after', cable.slowestDeaf, limit + ALLOWANCE, 'ms')
  // It hears something until the other end has given up.
  const later = 2 * limit + ALLOWANCE
  run.atMost('noticed by who is not heard, after', cable.slowestHearing, later, 'ms')
  run.tell('cable back, numbers through again after', `${cable.slowestHealing.toFixed(0)} ms`)
  run.tell('subscriptions back after each cut, with a mark of 1', `2 x ${TOPICS}`)
}

/** PUSH, PUB, DEALER and REQ while nothing arrives, and afterwards. */
export const cable: Scenario = {
  name: 'cable',
  title: 'cable pulled, packets that vanish: noticed, healed, nothing lost elsewhere',
  needs: [networks],
  play: (run) => play(run, run.size({ quick: fewConversations, full: conversations }), optionsOf),
}

/** The same under CURVE (RFC 26). */
export const cableCurve: Scenario = {
  name: 'cable-curve',
  title: 'the same with CURVE',
  needs: [networks],
  play(run) {
    const [server, client] = [curveKeyPair(), curveKeyPair()]
    return play(run, fewConversations, (participant, listens) => ({
      ...optionsOf(participant),
      ...(listens
        ? { curveServer: true, curveSecretKey: server.secretKey }
        : {
            curveServerKey: server.publicKey,
            curvePublicKey: client.publicKey,
            curveSecretKey: client.secretKey,
          }),
    }))
  },
}
