import { existsSync } from 'node:fs'

/** Where Debian's package puts it, unless the environment says otherwise. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

export function hasChromium(): boolean {
  return existsSync(executablePath)
}

/** How playwright starts it: without its sandbox, as in a container, and without calls home. */
export const launchOptions = {
  executablePath,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}
