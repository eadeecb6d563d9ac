import { context } from '../context.js'

/** The settings of the one context that all these sockets share; there are no objects of it. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- the reference has it so
export class Context {
  /** Accepted for compatibility: there are no I/O threads. */
  static setMaxThreads(value: number): void {
    context.ioThreads = value
  }

  /** What was set with `setMaxThreads()`. @default 1 */
  static getMaxThreads(): number {
    return context.ioThreads
  }

  /** How many sockets may be open at once; one more is refused with `EMFILE`. */
  static setMaxSockets(value: number): void {
    context.maxSockets = value
  }

  /** What was set with `setMaxSockets()`. @default 1023 */
  static getMaxSockets(): number {
    return context.maxSockets
  }

  /** @throws Error always. */
  constructor() {
    throw new Error('Context cannot be instantiated in compatibility mode')
  }
}
