import { nextTurn } from '../../../test/support/turn.js'

/** Waits until something is so, doing `meanwhile` in each turn of the event loop until then. */
export async function waitUntil(holds: () => boolean, meanwhile?: () => void): Promise<void> {
  while (!holds()) {
    meanwhile?.()
    await nextTurn()
  }
}
