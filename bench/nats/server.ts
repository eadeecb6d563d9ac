import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const PROGRAM = 'nats-server'

/** What is said of rows that could not be measured. */
export const WITHOUT_SERVER = 'skipped: needs the Debian package nats-server'

/** @returns the version of the broker on this machine, undefined without one. */
export function natsServer(): string | undefined {
  const { stdout } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' })
  return /v(\d\S*)/.exec(stdout ?? '')?.[1]
}

/**
 * Starts a broker as it comes, at a port of its own choice. It ends with this process.
 *
 * @returns its address.
 */
export async function startServer(): Promise<string> {
  const args = ['--addr', '127.0.0.1', '--port', '-1']
  const server = spawn(PROGRAM, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  process.on('exit', () => server.kill())
  await once(server, 'spawn')
  const lines = createInterface(server.stderr)
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const [, address] = /Listening for client connections on (\S+)/.exec(line) ?? []
      if (address !== undefined) resolve(`nats://${address}`)
    })
    lines.on('close', () => reject(new Error(`${PROGRAM} has ended`)))
  })
}
