import { onTestFinished } from 'vitest'

/** Closes part of a pattern when the running test ends, however it ends. */
export function trackAll<T extends { close(): Promise<void> }>(part: T): T {
  onTestFinished(async () => {
    // What it has failed of is for the test to say.
    await part.close().catch(() => undefined)
  })
  return part
}
