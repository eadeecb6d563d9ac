type Later = (callback: () => void) => unknown

// A browser has no setImmediate; its timers are some turns late, which nobody minds.
const later: Later = (globalThis as { setImmediate?: Later }).setImmediate ?? setTimeout

/** The end of this turn of the event loop; what asked for it earlier has then run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => later(resolve))
}

/** Waits until a condition holds, doing `meanwhile` in each turn of the event loop until then. */
export async function until(condition: () => boolean, meanwhile?: () => void): Promise<void> {
  while (!condition()) {
    meanwhile?.()
    await nextTurn()
  }
}
