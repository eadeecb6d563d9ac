import { ZmqError } from 'zerowire/extra'
import { EXIT, Stop } from './exit.js'

/** `--timeout` was up. @param what did not happen. */
export function late(timeout: number, what: string): Stop {
  return new Stop(EXIT.timeout, `${what} within ${String(timeout)} ms (--timeout)`)
}

/** Waits for something of a socket, which was given so much time. @throws Stop when that is up. */
export async function orLate<T>(
  timeout: number,
  what: string,
  operation: () => Promise<T>,
): Promise<T> {
  try {
    return await operation()
  } catch (error) {
    throw error instanceof ZmqError && error.code === 'EAGAIN' ? late(timeout, what) : error
  }
}

/** Waits no longer than that for anything else. @throws Stop, or the reason of the signal. */
export async function within<T>(
  wait: Promise<T>,
  timeout: number | undefined,
  signal: AbortSignal,
  what: string,
): Promise<T> {
  signal.throwIfAborted()
  let settle = (): void => undefined
  const end = new Promise<never>((_resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', abort)
    const timer =
      timeout === undefined ? undefined : setTimeout(() => reject(late(timeout, what)), timeout)
    settle = () => {
      signal.removeEventListener('abort', abort)
      clearTimeout(timer)
    }
  })
  try {
    return await Promise.race([wait, end])
  } finally {
    settle()
  }
}
