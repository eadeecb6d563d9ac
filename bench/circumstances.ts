import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { version as libzmq } from 'zeromq'
import type { Circumstances } from './results.js'

export function circumstances(rounds: number, scale: number): Circumstances {
  const [cpu] = cpus()
  const memory = (totalmem() / 2 ** 30).toFixed(0)
  return {
    date: new Date().toISOString(),
    machine: `${cpus().length} x ${cpu?.model.trim() ?? 'unknown CPU'}, ${memory} GiB`,
    system: `${type()} ${release()}`,
    node: process.versions.node,
    zerowire: packageVersion('../package.json'),
    native: `zeromq ${packageVersion('../node_modules/zeromq/package.json')} (libzmq ${libzmq})`,
    rounds,
    scale,
  }
}

function packageVersion(path: string): string {
  const text = readFileSync(new URL(path, import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
