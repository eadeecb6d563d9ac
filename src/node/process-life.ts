import type { Debtor, KeepAlive, Use } from '../util/keep-alive.js'
import { startTimer, type Timer } from '../util/timer.js'
import { InUse, type Process } from './in-use.js'

/** The longest interval there is: it never fires in practice, it only is. */
const FOREVER = 0x7fffffff

/** How long messages may take to leave before the user is told why the process does not end, in milliseconds. */
const SILENCE = 500

/** Those with messages to deliver. */
const indebted = new Set<ProcessLife>()
let listens = false

/** There is nothing else left to do: now messages are waited for, and never before. */
function linger(): void {
  for (const life of indebted) life.linger()
}

/**
 * One timer that counts for the event loop while anybody waits. All else (servers, connections,
 * timers) never counts, so that an idle socket does not keep a process from ending.
 */
export class ProcessLife implements KeepAlive, Process {
  #holders = 0
  #timer: NodeJS.Timeout | undefined
  readonly #debtors = new Set<Debtor>()
  /** Those that the process lives on for, and what ends their time. */
  readonly #awaited = new Map<Debtor, Timer | undefined>()
  /** Those whose time was up. */
  readonly #excused = new Set<Debtor>()
  #warning: Timer | undefined
  readonly #isBlocky: () => boolean

  constructor(isBlocky: () => boolean) {
    this.#isBlocky = isBlocky
  }

  use(end: () => void): Use {
    return new InUse(this, end)
  }

  acquire(): void {
    if (this.#holders++ > 0) return
    this.#timer ??= setInterval(() => undefined, FOREVER)
    this.#timer.ref()
  }

  release(): void {
    if (--this.#holders === 0) this.#timer?.unref()
  }

  owe(debtor: Debtor): void {
    this.#debtors.add(debtor)
    indebted.add(this)
    if (listens) return
    listens = true
    process.on('beforeExit', linger)
  }

  settle(debtor: Debtor): void {
    this.#debtors.delete(debtor)
    this.#excused.delete(debtor)
    if (this.#debtors.size === 0) indebted.delete(this)
    this.#leave(debtor)
  }

  linger(): void {
    for (const debtor of this.#debtors) {
      const { patience } = debtor
      if (patience === 0 || this.#excused.has(debtor)) continue
      if (this.#awaited.size === 0) this.#stay()
      const excuse = (): void => {
        this.#excused.add(debtor)
        this.#leave(debtor)
      }
      this.#awaited.set(debtor, patience > 0 ? startTimer(patience, excuse) : undefined)
    }
  }

  #stay(): void {
    this.acquire()
    this.#warning = startTimer(SILENCE, () => {
      const advice = this.#isBlocky()
        ? " Set 'context.blocky = false' to change this behaviour."
        : ''
      process.stderr.write(
        `(node:${String(process.pid)}) WARNING: Waiting for queued ZeroMQ messages to be delivered.${advice}\n`,
      )
    })
  }

  #leave(debtor: Debtor): void {
    this.#awaited.get(debtor)?.cancel()
    if (!this.#awaited.delete(debtor) || this.#awaited.size > 0) return
    this.#warning?.cancel()
    this.release()
  }
}
