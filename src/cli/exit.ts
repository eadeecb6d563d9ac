/** What a command ends with. A signal adds its number to 128, as shells do. */
export const EXIT = {
  done: 0,
  /** Something went wrong, or messages were not delivered. */
  error: 1,
  /** The command line is not one that we understand. */
  usage: 2,
  /** `--timeout` was up. */
  timeout: 3,
  /** Whoever read our output has gone (128 and SIGPIPE). */
  unread: 141,
} as const

/** Ends a command, with an exit code and a word for whoever wonders why. */
export class Stop extends Error {
  readonly code: number

  /** @param message empty when there is nothing to say. */
  constructor(code: number, message: string = '') {
    super(message)
    this.name = 'Stop'
    this.code = code
  }
}

/** What was asked for makes no sense; `what` names the value and what was expected. */
export function misuse(what: string): Stop {
  return new Stop(EXIT.usage, what)
}
