import type { TestContext } from 'vitest'

/**
 * Skips tests whose foreign peer is not on this machine, and names the Debian package to install.
 *
 * ```ts
 * describe('pyzmq', () => {
 *   beforeEach(requires('python3-zmq', () => runs('python3', ['-c', 'import zmq'])))
 * ```
 */
export function requires(
  debianPackage: string,
  isPresent: () => boolean,
): (context: TestContext) => void {
  let present: boolean | undefined
  return (context) => {
    present ??= isPresent()
    context.skip(!present, `needs the Debian package ${debianPackage}`)
  }
}
