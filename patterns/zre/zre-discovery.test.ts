import { describe, expect, it, onTestFinished } from 'vitest'
import { Pull, Push } from 'zerowire'
import { follow } from 'zerowire/patterns/discovery'
import { ZreDiscovery, type Zre, type ZreDiscoveryOptions } from 'zerowire/patterns/zre'
import { track } from '../../test/support/track.js'
import { nextTurn } from '../../test/support/turn.js'
import { record } from '../discovery/test/record.js'
import { Village } from './test/nodes.js'

function discover(node: Zre, options?: ZreDiscoveryOptions): ZreDiscovery {
  const discovery = new ZreDiscovery(node, options)
  onTestFinished(() => discovery.close())
  return discovery
}

/** Waits until the endpoints of a service are these. */
async function until(discovery: ZreDiscovery, service: string, endpoints: string[]): Promise<void> {
  while (String(discovery.endpoints(service)) !== String(endpoints)) await nextTurn()
}

const offering = (headers: Record<string, string>) => ({ headers })

describe('a discovery by ZRE', () => {
  it('lets a socket follow the nodes that offer a service', async () => {
    const village = new Village()
    const { node } = await village.node('client')
    const worker = track(new Pull())
    await worker.bind('tcp://127.0.0.1:*')
    const endpoint = String(worker.lastEndpoint)
    const server = await village.node('server', offering({ 'X-SERVICE-jobs': endpoint }))
    const push = track(new Push())
    const following = follow(push, discover(node), { service: 'jobs' })
    await push.send('a job')
    expect(String(await worker.receive())).toBe('a job')
    await server.node.close()
    while (following.peers.length > 0) await nextTurn()
  })

  it('knows the endpoints of all nodes, each as long as one of them offers it', async () => {
    const village = new Village()
    const { node } = await village.node('client')
    const discovery = discover(node)
    const { watcher, told } = record()
    discovery.watch('a', watcher)
    const one = await village.node('one', offering({ 'X-SERVICE-a': 'x y', 'X-OTHER': 'z' }))
    await until(discovery, 'a', ['x', 'y'])
    const two = await village.node('two', offering({ 'X-SERVICE-a': ' y  z ', 'X-SERVICE-b': 'y' }))
    await until(discovery, 'a', ['x', 'y', 'z'])
    await one.node.close()
    await until(discovery, 'a', ['y', 'z'])
    expect(discovery.endpoints('b')).toEqual(['y'])
    await two.node.close()
    await until(discovery, 'a', [])
    expect(told).toEqual(['ready', '+x', '+y', '+z', '-x', '-y', '-z'])
  })

  it('knows those who were there before, and tells no more after its end', async () => {
    const village = new Village()
    const client = await village.node('client')
    const server = await village.node('server', offering({ 'at-a': 'x' }))
    await client.log.until('enter server')
    const discovery = discover(client.node, { prefix: 'at-' })
    await until(discovery, 'a', ['x'])
    const { watcher, told } = record()
    discovery.watch('a', watcher)
    await discovery.close()
    await discovery[Symbol.asyncDispose]()
    await server.node.close()
    await client.log.until('exit server left')
    expect(told).toEqual(['+x', 'ready'])
  })

  it('ends with its node', async () => {
    const village = new Village()
    const { node } = await village.node('client')
    const discovery = discover(node)
    await node.close()
    await discovery.close()
  })

  it('believes one node only so much, and all of them', async () => {
    const village = new Village()
    const { node } = await village.node('client')
    const discovery = discover(node, { maxPerPeer: 3, maxEndpoints: 4 })
    await village.node('liar', offering({ 'X-SERVICE-a': '1 2', 'X-SERVICE-b': '3 4 5' }))
    await until(discovery, 'b', ['3'])
    expect(discovery.refused).toBe(2)
    await village.node('other', offering({ 'X-SERVICE-b': '6 7' }))
    await until(discovery, 'b', ['3', '6'])
    expect(discovery.refused).toBe(3)
    expect(() => new ZreDiscovery(node, { maxPerPeer: 0 })).toThrow('not 0')
  })
})
