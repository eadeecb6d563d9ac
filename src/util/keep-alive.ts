/** Keeps the process alive while somebody waits; where processes do not end by themselves, nothing. */
export interface KeepAlive {
  acquire(): void
  release(): void
}
