import { setTimeout as delay } from 'node:timers/promises'
import type { Socket } from 'zerowire'
import type { Run } from './run.js'

/** Why messages that were sent reached nobody. That no subscriber wants one is no loss. */
const LOSSES = ['full', 'unroutable', 'disconnected', 'oversize'] as const

/** Milliseconds between two looks at what is still queued. */
const LOOK = 5

/**
 * Closes a socket once everything has left, or its linger is up, and says what was not delivered. Until
 * then it stays open: a socket that is closed tells no more of its troubles.
 * @param giveUp do not wait for those who could still take messages.
 */
export async function leave(socket: Socket, run: Run, giveUp: boolean): Promise<void> {
  const end = giveUp ? 0 : socket.linger < 0 ? Infinity : performance.now() + socket.linger
  while (!run.signal.aborted && socket.stats.queued.outgoing > 0 && performance.now() < end) {
    await delay(LOOK)
  }
  const { queued, dropped } = socket.stats
  if (queued.outgoing > 0) socket.linger = 0
  await Promise.race([socket.close(), aborted(run.signal)])
  const losses = [
    ['at the end', queued.outgoing] as const,
    ...LOSSES.map((reason) => [reason, dropped[reason]] as const),
  ].filter(([, count]) => count > 0)
  if (losses.length === 0) return
  const total = losses.reduce((sum, [, count]) => sum + count, 0)
  const words = losses.map(([reason, count]) => `${reason} ${String(count)}`).join(', ')
  const were = total === 1 ? 'message was' : 'messages were'
  run.fault(`${String(total)} ${were} not delivered: ${words}`)
}

/** Settles when the command has to end; never, if it has to already: closing takes no time then. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return
    signal.addEventListener('abort', () => {
      resolve()
    })
  })
}
