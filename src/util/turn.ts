/** Turns of the event loop: work that waits for the end of this one, and callers who must let it end. */

import { deferred, type Deferred } from './deferred.js'

/** Something that has work to do once at the end of the turn in which it asked. */
export interface TurnTask {
  endTurn(): void
}

type Immediate = (callback: () => void) => void

const later: Immediate = (globalThis as { setImmediate?: Immediate }).setImmediate ?? viaChannel()

/** Where there is no setImmediate, a message to ourselves is the shortest way round the event loop. */
function viaChannel(): Immediate {
  const channel = new MessageChannel()
  let callbacks: (() => void)[] = []
  channel.port1.onmessage = () => {
    const due = callbacks
    callbacks = []
    for (const callback of due) callback()
  }
  return (callback) => {
    if (callbacks.push(callback) === 1) channel.port2.postMessage(null)
  }
}

let tasks: TurnTask[] = []

/**
 * Runs `task.endTurn()` after the promises and callbacks of this turn. A microtask would be too
 * early: it would run between two awaited sends.
 */
export function atEndOfTurn(task: TurnTask): void {
  if (tasks.push(task) === 1) later(runTasks)
}

function runTasks(): void {
  const due = tasks
  tasks = []
  for (const task of due) {
    try {
      task.endTurn()
    } catch (error) {
      // One task's fault must not cost the others their turn.
      queueMicrotask(() => {
        throw error
      })
    }
  }
}

/** So many operations make a turn worth watching, and lie between two looks at the clock. */
const CHECK_EVERY = 16
const MOST_OPERATIONS = 768
const LONGEST_MS = 1

/**
 * What one socket may do without returning to the event loop. Operations that complete at once
 * resolve in microtasks, so a tight loop of them would starve timers and other sockets. So would
 * one whose operations wait now and then, but for each other: over inproc that takes no turn.
 */
export class TurnBudget {
  /** Operations of this turn, and those of earlier turns that were too few to be watched. */
  #operations = 0
  /** The end of the turn will be noticed. */
  #watched = false
  #began = 0
  #pause: Deferred<void> | undefined

  /**
   * Counts operations. Returns a promise when some hundreds of them, or about a millisecond,
   * have been spent: the caller then resolves with it, in the next turn; so do all later operations of this turn, in order.
   */
  spend(count = 1): Promise<void> | undefined {
    if (this.#pause !== undefined) return this.#pause.promise
    const checked = Math.floor(this.#operations / CHECK_EVERY)
    this.#operations += count
    if (Math.floor(this.#operations / CHECK_EVERY) === checked) return undefined
    if (!this.#watched) this.#watch()
    const brief = performance.now() - this.#began < LONGEST_MS
    if (brief && this.#operations < MOST_OPERATIONS) return undefined
    this.#pause = deferred()
    return this.#pause.promise
  }

  #watch(): void {
    this.#watched = true
    this.#began = performance.now()
    later(() => {
      const pause = this.#pause
      this.#pause = undefined
      this.#watched = false
      this.#operations = 0
      pause?.resolve()
    })
  }
}
