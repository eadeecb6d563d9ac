/** A signal that comes with another, or by itself. */
export interface Linked {
  readonly signal: AbortSignal
  readonly abort: (reason: unknown) => void
  /** Forgets the other signal, which may live for long. (`AbortSignal.any()` cannot.) */
  readonly release: () => void
}

export function linked(other: AbortSignal | undefined): Linked {
  const controller = new AbortController()
  const follow = (): void => controller.abort(other?.reason)
  if (other?.aborted) follow()
  other?.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => other?.removeEventListener('abort', follow),
  }
}
