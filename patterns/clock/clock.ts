/** A call that was asked for later. */
export interface Timer {
  /** Takes it back; without effect once it has been made. */
  cancel(): void
}

/** Where a pattern reads the time, and asks to be called later. */
export interface Clock {
  /** Milliseconds since some fixed moment. Never goes back, and means nothing in another process. */
  now(): number
  /** Milliseconds since the beginning of 1970, for what outlives the process. May jump. */
  date(): number
  /** Calls `callback` once, `milliseconds` from now. */
  after(milliseconds: number, callback: () => void): Timer
}

/** What timers of the platform can count to; whoever asks for more is called at that time. */
const LONGEST_MS = 2 ** 31 - 1

/** The clock of the system: `performance.now()`, `Date.now()` and `setTimeout()`. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after(milliseconds, callback) {
    const handle = setTimeout(callback, Math.min(milliseconds, LONGEST_MS))
    return {
      cancel() {
        clearTimeout(handle)
      },
    }
  },
}
