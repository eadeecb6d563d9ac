import { setTimeout as delay } from 'node:timers/promises'

/** How long anything may take to come true, before it counts as never. */
export const PATIENCE_MS = 60_000

/** Waits for something. @throws Error when it does not come. */
export async function within<T>(what: string, coming: Promise<T>): Promise<T> {
  const waiting = new AbortController()
  const never = delay(PATIENCE_MS, undefined, { signal: waiting.signal }).then(() => {
    throw new Error(`waited for a minute in vain until ${what}`)
  })
  never.catch(() => undefined)
  try {
    return await Promise.race([coming, never])
  } finally {
    waiting.abort()
  }
}
