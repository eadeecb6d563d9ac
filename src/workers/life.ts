import { deferred } from '../util/deferred.js'
import { randomU32 } from '../util/bytes.js'
import { startTimer } from '../util/timer.js'

/*
 * How realms learn that another is no more. A port tells of the end of its other end where browsers have the
 * event for it. Elsewhere each realm holds a lock for as long as it lives, which the browser takes away
 * with it, and others wait for the lock.
 */

/** What was sent before the end may still be on its way when the lock is free. */
const LAST_WORDS_MS = 100

function needsLocks(): boolean {
  return !('onclose' in MessagePort.prototype)
}

let mine: Promise<string> | undefined

/** The name of this realm's lock, once it has it; empty where nobody needs one, or there are none. */
export function ownLife(): Promise<string> {
  return (mine ??= hold())
}

async function hold(): Promise<string> {
  const locks = locksIfNeeded()
  if (locks === undefined) return ''
  const name = `zerowire:${[randomU32(), randomU32(), randomU32()].join('-')}`
  const { promise, resolve } = deferred<string>()
  void locks.request(name, () => {
    resolve(name)
    // For ever.
    return new Promise<never>(() => undefined)
  })
  return promise
}

/** Calls `ended` when the realm is no more. @returns what ends the watch. */
export function watch(life: string, ended: () => void): () => void {
  const abort = new AbortController()
  const locks = life === '' ? undefined : locksIfNeeded()
  locks
    ?.request(life, { mode: 'shared', signal: abort.signal }, () => {
      startTimer(LAST_WORDS_MS, () => {
        if (!abort.signal.aborted) ended()
      })
    })
    .catch(() => {
      // The watch has ended.
    })
  return () => {
    abort.abort()
  }
}

/** They are there on secure origins only. */
function locksIfNeeded(): LockManager | undefined {
  const { locks } = navigator as { locks?: LockManager }
  return needsLocks() ? locks : undefined
}
