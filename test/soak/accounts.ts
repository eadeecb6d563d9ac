import type { End } from './conversations.js'
import type { Conversing, Ending } from './conversing.js'
import type { Run } from './run.js'

/** When numbers of a conversation may be lost. */
interface Gap {
  /** When the last number was sent that is known to have come. */
  readonly start: number
  /** Its sender knew. */
  readonly noticed: number
  /** Numbers came through again. */
  readonly over: number
}

/** When an end of a conversation noticed that the other one was gone. */
interface Noticed {
  readonly name: string
  readonly end: End
  readonly at: number
}

/** What was lost in conversations, and whether it may have been. */
export class Accounts {
  readonly #run: Run
  readonly #all: Conversing
  readonly #gaps = new Map<string, Gap[]>()
  #starts = new Map<string, number>()

  constructor(run: Run, all: Conversing) {
    this.#run = run
    this.#all = all
  }

  /** From now on numbers may be lost. */
  async openGap(): Promise<void> {
    this.#starts = new Map(await this.#all.lastHeard())
  }

  /** They came through again at last, in every conversation. */
  closeGap(noticed: readonly Noticed[], over: number): void {
    for (const { name, sender } of this.#all.talks) {
      const start = this.#starts.get(name) ?? NaN
      const { at = NaN } = noticed.find((each) => each.name === name && each.end === sender) ?? {}
      this.#gaps.set(name, [...this.#gapsOf(name), { start, noticed: at, over }])
    }
  }

  /**
   * Ends the conversations, and tells.
   * @param inOrder whether numbers have to be. Order is that of a connection: what came through an old
   * and through a new one is taken in turn, where both have something.
   */
  async settle(inOrder = true): Promise<void> {
    const run = this.#run
    const endings = await this.#all.finish()
    const total = (count: (ending: Ending) => number): number =>
      endings.reduce((sum, ending) => sum + count(ending), 0)
    const named = (those: readonly Ending[]): string =>
      those.map(({ talk }) => talk.name).join('; ') || 'none'
    run.tell('numbers sent', total(({ sent }) => sent).toLocaleString('en'))
    run.tell('of those lost in gaps', total(({ missing }) => missing.length).toLocaleString('en'))
    run.exactly(
      'connections lost when all was well',
      named(await this.#interrupted(endings)),
      'none',
    )
    const astray = endings.filter((ending) => this.#isAstray(ending))
    run.exactly('conversations that lost numbers elsewhere', named(astray), 'none')
    const wrong: Ending[] = []
    for (const ending of endings) if (!(await this.#addsUp(ending))) wrong.push(ending)
    run.exactly('senders whose counts do not add up', named(wrong), 'none')
    const twice = endings.filter(({ said }) => said.repeated > 0)
    run.exactly('conversations with numbers that came twice', named(twice), 'none')
    if (!inOrder) return
    const disordered = endings.filter(({ said }) => said.disordered > 0)
    run.exactly('conversations with numbers out of order', named(disordered), 'none')
  }

  /** Conversations with an end that lost its connection though nothing was wrong, or over again. */
  async #interrupted(endings: readonly Ending[]): Promise<Ending[]> {
    const found = new Set<string>()
    await this.#all.everywhere(async (host, { name }) => {
      const gaps = this.#gapsOf(name)
      const events = await host.call('events', name, 'disconnect', 0)
      if (events.some(({ at }) => !gaps.some(({ start, over }) => at >= start && at <= over)))
        found.add(name)
    })
    return endings.filter(({ talk }) => found.has(talk.name))
  }

  /** Whether numbers were lost that should not have been: when all was well, or by one that insists. */
  #isAstray({ talk, missing, missingAt, said }: Ending): boolean {
    if (talk.role === 'insist') return missing.length > 0
    // Whoever waits for room loses what nobody knew to be lost; who drops, all until it is over.
    const end = talk.drops === true ? 'over' : 'noticed'
    const gaps = this.#gapsOf(talk.name)
    const elsewhere = missingAt.some((at) => !gaps.some((gap) => at >= gap.start && at <= gap[end]))
    return elsewhere || (talk.drops !== true && said.first > 0)
  }

  /** sent = received + dropped + queued + what the system had taken and could not deliver. */
  async #addsUp({ talk, sent, said }: Ending): Promise<boolean> {
    const { name, sender, role, ends } = talk
    if (role !== 'tell' || ends[sender].library !== 'zerowire') return true
    const host = this.#all.hosts[sender]
    const { dropped, queued, ...stats } = await host.call('stats', name)
    let underWay = 0
    for (const { start, noticed } of this.#gapsOf(name)) {
      underWay += await host.call('sentBetween', name, start, noticed)
    }
    const unknown = sent - said.heard - dropped.total - queued.outgoing
    return stats.sent === sent && unknown >= 0 && unknown <= underWay
  }

  #gapsOf(name: string): readonly Gap[] {
    return this.#gaps.get(name) ?? []
  }
}
