/** Somebody with messages that have not left yet. */
export interface Debtor {
  /** How long they may take once there is nothing else to live on for, in milliseconds; -1: as long as it takes. */
  readonly patience: number
}

/**
 * What waits on one socket, between `hold()` and `release()`. It keeps the process alive, and the
 * socket open. Where processes do not end by themselves all of it is nothing.
 */
export interface Use {
  hold(): void
  release(): void
  /** There are messages to deliver before the process ends by itself, until `settle()`. */
  owe(debtor: Debtor): void
  settle(debtor: Debtor): void
  /**
   * Closes the socket when it is garbage and nothing waits on it; in browsers it does not. What waits
   * may lead to `socket`, nothing else that is reachable from here.
   */
  watch(socket: object): void
  /** The socket is closed: there is nothing left to watch. */
  end(): void
}

/** Keeps the process alive while a socket is in use. */
export interface KeepAlive {
  /** For a new socket. @param end closes it, when nobody and nothing has a use for it. */
  use(end: () => void): Use
}
