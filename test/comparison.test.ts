import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import * as jszmq from 'jszmq'
import * as zerowire from 'zerowire'
import * as zeromq from 'zeromq'
import { describe, expect, it } from 'vitest'
import { comparison } from '../bench/comparison.js'
import type { Results } from '../bench/results.js'
import { here } from './support/packed.js'
import { projectRoot } from './support/program.js'
import { track } from './support/track.js'

/** What the table of the README says of other libraries, asked of these. */
const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8')

const versionOf = (name: string): string => {
  const text = readFileSync(join(here(name), 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function filesOf(name: string): string[] {
  const all = readdirSync(here(name), { recursive: true, withFileTypes: true })
  return all.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

it('is about the versions that are installed here', () => {
  const named = `version ${versionOf('zeromq')} with libzmq ${zeromq.version}, jszmq ${versionOf('jszmq')}, NATS \`@nats-io/transport-node\` ${versionOf('@nats-io/transport-node')}`
  expect(readme.replaceAll('\n', ' ')).toContain(named)
})

it('has the figures of the last run of the benchmark', () => {
  const folder = join(projectRoot, 'bench/results')
  const last = readdirSync(folder).sort().at(-1) ?? ''
  const { rows } = JSON.parse(readFileSync(join(folder, last), 'utf8')) as Results
  const squeezed = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-+/g, '-')
  expect(squeezed(readme)).toContain(squeezed(comparison(rows)))
})

describe('zeromq', () => {
  it('is large, for the libzmq of several systems', () => {
    const size = filesOf('zeromq').reduce((sum, file) => sum + statSync(file).size, 0)
    expect(size).toBeGreaterThan(30e6)
  })

  it('knows ws and tipc, and neither wss nor pgm', () => {
    expect(zeromq.capability).toMatchObject({ tipc: true, pgm: false, curve: true })
    const socket = track(new zeromq.Dealer({ linger: 0 }))
    expect(() => socket.connect('wss://127.0.0.1:9')).toThrow(/not supported/)
    expect(() => socket.connect('ws://127.0.0.1:9')).not.toThrow()
  })
})

describe('jszmq', () => {
  it('has eleven types of sockets, over WebSocket', () => {
    const others = ['socket', 'Buffer', 'default', '__esModule']
    const names = Object.keys(jszmq).filter((name) => !others.includes(name))
    expect(names).toHaveLength(11)
    expect(names).not.toContain('Stream')
    expect(() => new jszmq.Push().connect('tcp://127.0.0.1:9')).toThrow('unsupported transport')
  })

  it('queues what nobody takes, without a bound', async () => {
    const push = new jszmq.Push()
    const most = new zerowire.Push().sendHighWaterMark * 10
    for (let sent = 0; sent < most; sent++) push.send(String(sent))
    const pull = track(new zerowire.Pull())
    await pull.bind('ws://127.0.0.1:*')
    push.connect(String(pull.lastEndpoint))
    for (let number = 0; number < most; number++) {
      expect(String(await pull.receive())).toBe(String(number))
    }
    push.close()
  })

  it('is compiled for browsers that have no classes', () => {
    const files = filesOf('jszmq').filter((file) => /\/lib\/src\/[^/]*\.js$/.test(file))
    expect(files.length).toBeGreaterThan(10)
    const modern = files.filter((file) => /^\s*class \w/m.test(readFileSync(file, 'utf8')))
    expect(modern).toEqual([])
  })
})

it('the client of NATS has no native code', () => {
  const needed = ['transport-node', 'nats-core', 'nkeys', 'nuid'].map((name) => `@nats-io/${name}`)
  expect(needed.flatMap(filesOf).filter((file) => file.endsWith('.node'))).toEqual([])
  const load = createRequire(import.meta.url)
  expect(load('@nats-io/transport-node')).toHaveProperty('connect')
})
