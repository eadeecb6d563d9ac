import { onTestFinished } from 'vitest'
import { ManualClock } from 'zerowire/patterns/clock'
import { WakeUp } from '../../../test/support/wake-up.js'
import { Zre, type ZreEvent, type ZreOptions } from '../index.js'
import { MemoryNetwork } from './memory-beacon.js'

/** What an event is in one line. */
function describeEvent(event: ZreEvent): string {
  const who = `${event.type} ${event.peer.name}`
  if (event.type === 'exit') return `${who} ${event.reason}`
  const group = 'group' in event ? ` ${event.group}` : ''
  const content = 'content' in event ? `: ${event.content.map(String).join('|')}` : ''
  return `${who}${group}${content}`
}

/** Everything that a node sees, from its beginning. */
export class Log {
  readonly lines: string[] = []
  readonly events: ZreEvent[] = []
  readonly #news = new WakeUp()

  constructor(node: Zre) {
    void this.#read(node)
  }

  /** Waits until it has seen this, or this for the `count`th time. */
  until(line: string, count = 1): Promise<ZreEvent> {
    return this.#news.until(() => {
      const found = this.lines.flatMap((each, i) => (each === line ? [i] : []))
      const at = found[count - 1]
      return at === undefined ? undefined : this.events[at]
    })
  }

  /** How often it has seen lines like this. */
  count(pattern: RegExp): number {
    return this.lines.filter((line) => pattern.test(line)).length
  }

  async #read(node: Zre): Promise<void> {
    for await (const event of node) {
      this.lines.push(describeEvent(event))
      this.events.push(event)
      this.#news.notify()
    }
    this.#news.end(new Error(`the node has ended after ${this.lines.join(', ')}`))
  }
}

export interface Seen {
  readonly node: Zre
  readonly log: Log
}

/** Nodes of one test on a network of their own, and the clock of all of them. */
export class Village {
  readonly network: MemoryNetwork = new MemoryNetwork()
  readonly clock: ManualClock = new ManualClock()

  /** A node that has started. */
  async node(name: string, options: ZreOptions = {}): Promise<Seen> {
    const { network, clock } = this
    const node = new Zre({ name, beacon: network.beacon(), clock, linger: 0, ...options })
    onTestFinished(() => node.close())
    const log = new Log(node)
    await node.start()
    return { node, log }
  }

  /** Two nodes that have met. */
  async pair(options: ZreOptions = {}): Promise<[a: Seen, b: Seen]> {
    const a = await this.node('a', options)
    const b = await this.node('b')
    await Promise.all([a.log.until('enter b'), b.log.until('enter a')])
    return [a, b]
  }
}
