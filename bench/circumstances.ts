import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { version as libzmq } from 'zeromq'
import { natsServer } from './nats/server.js'
import type { Circumstances } from './results.js'

export function circumstances(rounds: number, scale: number): Circumstances {
  const [cpu] = cpus()
  const memory = (totalmem() / 2 ** 30).toFixed(0)
  return {
    date: new Date().toISOString(),
    machine: `${cpus().length} x ${cpu?.model.trim() ?? 'unknown CPU'}, ${memory} GiB`,
    system: `${type()} ${release()}`,
    node: process.versions.node,
    zerowire: versionIn('../package.json'),
    native: `${installed('zeromq')} (libzmq ${libzmq})`,
    beside: [installed('jszmq'), ...nats()],
    rounds,
    scale,
  }
}

/** The broker, which may not be there, and the client. */
function nats(): string[] {
  const server = natsServer()
  return server === undefined
    ? []
    : [`nats-server ${server} with ${installed('@nats-io/transport-node')}`]
}

function installed(name: string): string {
  return `${name} ${versionIn(`../node_modules/${name}/package.json`)}`
}

function versionIn(path: string): string {
  const text = readFileSync(new URL(path, import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
