/** A timer that never keeps a process alive by itself: whoever waits says so through the context. */
export interface Timer {
  cancel(): void
}

interface Unreferencable {
  unref?(): void
}

/** The longest delay that timers take; longer ones would fire at once. */
const LONGEST = 0x7fffffff

export function startTimer(milliseconds: number, callback: () => void): Timer {
  const handle = setTimeout(callback, Math.min(milliseconds, LONGEST))
  ;(handle as Unreferencable).unref?.()
  return {
    cancel: () => {
      clearTimeout(handle)
    },
  }
}
