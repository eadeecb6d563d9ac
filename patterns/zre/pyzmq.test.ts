import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { UdpBeacon, Zre, ZreDiscovery } from 'zerowire/patterns/zre'
import { projectRoot } from '../../test/support/program.js'
import { PYTHON, requirePyzmq } from '../../test/support/pyzmq.js'
import { nextTurn } from '../../test/support/turn.js'
import { Log } from './test/nodes.js'
import { freePort } from './test/udp-port.js'

/** A node in Python, and what it says. */
function python(port: number): { line: () => Promise<unknown>; kill: () => void } {
  const program = join(projectRoot, 'patterns/zre/test/python/node.py')
  const child = spawn(PYTHON, [program, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = () => void child.kill('SIGKILL')
  onTestFinished(kill)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    line: async () => JSON.parse(String((await lines.next()).value)) as unknown,
    kill,
  }
}

describe('a node in Python over pyzmq', () => {
  beforeEach(requirePyzmq)

  it('meets ours over UDP, talks to it, sees it leave, and is gone when it is killed', async () => {
    const port = await freePort()
    const make = (name: string, headers = {}) => {
      const beacon = new UdpBeacon({ port, interface: '127.0.0.1' })
      const node = new Zre({ name, headers, beacon, interval: 100 })
      onTestFinished(() => node.close())
      return node
    }
    const node = make('ours', { 'X-WHAT': 'é' })
    const log = new Log(node)
    node.join('G')
    await node.start()
    const peer = python(port)
    const entered = await log.until('enter py')
    await log.until('join py G')
    expect(await peer.line()).toEqual({
      hello: 'ours',
      groups: ['G'],
      status: 1,
      headers: { 'X-WHAT': 'é' },
    })
    node.leave('G')
    node.join('G')
    expect([await peer.line(), await peer.line()]).toEqual([
      { leave: 'G', status: 2 },
      { join: 'G', status: 3 },
    ])
    for (let i = 0; i < 100; i++) node.whisper(entered.peer.id, ['again', String(i)])
    node.shout('G', 'to all')
    await log.until('shout py G: to all')
    expect(log.lines.filter((line) => line.startsWith('whisper'))).toEqual(
      Array.from({ length: 100 }, (_, i) => `whisper py: again|${i}`),
    )
    const discovery = new ZreDiscovery(node)
    onTestFinished(() => discovery.close())
    while (discovery.endpoints('echo').length === 0) await nextTurn()
    expect(discovery.endpoints('echo')).toEqual([entered.peer.endpoint])

    const other = make('other')
    await other.start()
    expect(await peer.line()).toMatchObject({ hello: 'other' })
    await other.close()
    expect(await peer.line()).toEqual({ left: true })
    peer.kill()
    await log.until('exit py refused')
    expect(Object.values(node.stats.refused).reduce((sum, count) => sum + count)).toBe(0)
  })
})
