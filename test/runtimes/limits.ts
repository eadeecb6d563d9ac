/** What a runtime cannot do. */
export interface Limit {
  /** A short form of what docs/runtimes.md says. */
  readonly text: string
  /** Files of tests that are all about it, and are not run. */
  readonly tests?: readonly string[]
}

const LIMITS: Readonly<Record<string, readonly Limit[]>> = {
  bun: [
    {
      text: 'Dish and Datagram over `udp://`, whose `bind()` throws `ENOTSUP`',
      tests: ['test/semantics/udp.test.ts'],
    },
    { text: '`useFileDescriptor`, with which `bind()` throws `ENOTSUP`' },
    { text: 'PING and CLOSE over `ws://` in single executables, where they end the connection' },
  ],
  deno: [{ text: 'a port of `udp://` free again at once after `unbind()` or `close()`' }],
}

export function limits(name: string): readonly Limit[] {
  return LIMITS[name] ?? []
}
