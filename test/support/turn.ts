type Later = (callback: () => void) => unknown

// A browser has no setImmediate; its timers are some turns late, which nobody minds.
const later: Later = (globalThis as { setImmediate?: Later }).setImmediate ?? setTimeout

/** The end of this turn of the event loop; what asked for it earlier has then run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => later(resolve))
}

/** Turns between two attempts, at most. */
const RAREST = 1024

/**
 * Attempts again and again until a condition holds, each time after twice as many turns as the time
 * before: so that it is a few attempts, however long it takes, and they fill no queue of anybody's.
 */
export async function attemptUntil(
  condition: () => boolean,
  attempt: () => unknown,
): Promise<void> {
  for (let turns = 1; !condition(); turns = Math.min(2 * turns, RAREST)) {
    await attempt()
    for (let turn = 0; turn < turns && !condition(); turn += 1) await nextTurn()
  }
}

/** Waits until a condition holds, doing `meanwhile` in each turn of the event loop until then. */
export async function until(condition: () => boolean, meanwhile?: () => void): Promise<void> {
  while (!condition()) {
    meanwhile?.()
    await nextTurn()
  }
}
