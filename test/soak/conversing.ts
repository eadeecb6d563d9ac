import type { Commands, Station } from '../support/station.js'
import { other, type Conversation, type End, type Participant } from './conversations.js'
import type { EndProgram, Said } from './programs/end.js'
import { within } from './within.js'

const PROGRAM = 'test/soak/programs/end.ts'

export type Host = Station<EndProgram>

/** What runs a process somewhere. */
interface Runs {
  run<C extends Commands>(program: string): Station<C>
}

/** Where conversations take place. */
interface Place {
  /** Or names, by which the ends find each other. */
  readonly addresses: readonly [string, string]
  readonly near: Runs
  readonly far: Runs
}

/** The options of a socket. */
export type OptionsOf = (participant: Participant, listens: boolean) => object

/** How a conversation went. */
export interface Ending {
  readonly talk: Conversation
  readonly sent: number
  readonly said: Said
  /** Numbers that were sent and have not come, from the first on that has. */
  readonly missing: readonly number[]
  /** When those were sent. */
  readonly missingAt: readonly number[]
}

/** Conversations between the sockets of two processes, each with a network of its own. */
export class Conversing {
  readonly hosts: Readonly<Record<End, Host>>
  readonly talks: readonly Conversation[]
  readonly #addresses: Readonly<Record<End, string>>
  #ports = 5000

  constructor({ near, far, addresses }: Place, talks: readonly Conversation[]) {
    this.talks = talks
    this.#addresses = { near: addresses[0], far: addresses[1] }
    this.hosts = { near: near.run<EndProgram>(PROGRAM), far: far.run<EndProgram>(PROGRAM) }
  }

  /** Opens the sockets of all conversations, and starts them. */
  async begin(optionsOf: OptionsOf, pause: number, size = 0): Promise<void> {
    for (const talk of this.talks) await this.open(talk, optionsOf)
    await this.everywhere((host, { name }) => host.call('event', name, 'handshake', 0))
    for (const { name, sender, role, answer } of this.talks) {
      await this.hosts[other(sender)].call('talk', name, answer, 0)
      await this.hosts[sender].call('talk', name, role, pause, size)
    }
    await this.flows(0)
  }

  /** Opens both sockets of a conversation, which need not be one of those that are followed. */
  async open({ name, ends, dialler }: Conversation, optionsOf: OptionsOf): Promise<void> {
    const listener = other(dialler)
    const port = (this.#ports += 1)
    for (const end of [listener, dialler] as const) {
      const { library, type, subscribe } = ends[end]
      await this.hosts[end].call('open', {
        ...{ name, library, type, options: { ...optionsOf(ends[end], end === listener) } },
        ...(subscribe && { subscribe }),
        ...(end === listener
          ? { bind: `tcp://*:${port}` }
          : { connect: `tcp://${this.#addresses[listener]}:${port}` }),
      })
    }
  }

  /** Numbers that are sent after a moment come through, in every conversation. */
  async flows(after: number): Promise<void> {
    await Promise.all(
      this.talks.map(async (talk) => {
        const { name, sender } = talk
        const sent = this.hosts[sender].call('sentAfter', name, after)
        const heard = sent.then((number) => this.#hearer(talk).call('hears', name, number))
        await within(`${name} goes on`, heard)
      }),
    )
  }

  /** When the last number was sent that has come, by conversation. */
  lastHeard(): Promise<[name: string, at: number][]> {
    return Promise.all(this.talks.map((talk) => this.#lastHeard(talk)))
  }

  /** Asks both ends of every conversation. */
  everywhere<T>(ask: (host: Host, talk: Conversation, end: End) => Promise<T>): Promise<T[]> {
    return Promise.all(
      this.talks.flatMap((talk) =>
        (['near', 'far'] as const).map((end) => ask(this.hosts[end], talk, end)),
      ),
    )
  }

  /** How many connections ended after a moment. */
  async lost(after: number): Promise<number> {
    const ended = await this.everywhere((host, { name }) =>
      host.call('events', name, 'disconnect', after),
    )
    return ended.flat().length
  }

  /** Stops all conversations, and waits for what is still under way. */
  async finish(): Promise<Ending[]> {
    const endings: Ending[] = []
    for (const talk of this.talks) {
      const { name, sender } = talk
      const from = this.hosts[sender]
      const hearer = this.#hearer(talk)
      const sent = await from.call('stop', name)
      await within(`the last number of ${name} has come`, hearer.call('hears', name, sent - 1))
      const said = await hearer.call('said', name)
      const missing = await hearer.call('missing', name, sent)
      const missingAt = await from.call('sentAt', name, missing)
      endings.push({ talk, sent, said, missing, missingAt })
    }
    return endings
  }

  async #lastHeard(talk: Conversation): Promise<[name: string, at: number]> {
    const { name, sender } = talk
    const { last } = await this.#hearer(talk).call('said', name)
    const [at = 0] = last < 0 ? [] : await this.hosts[sender].call('sentAt', name, [last])
    return [name, at]
  }

  #hearer({ sender, role }: Conversation): Host {
    return this.hosts[role === 'tell' ? other(sender) : sender]
  }
}
