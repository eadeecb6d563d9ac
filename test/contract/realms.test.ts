import { describe, expect, it, onTestFinished } from 'vitest'
import { InprocTransport } from '../../src/transport/inproc.js'
import type { Transport } from '../../src/transport/transport.js'
import { Realm } from '../../src/workers/realm.js'
import { texts } from '../support/messages.js'
import { Acceptor, connect } from '../support/test-ends.js'
import { freshAddress } from '../support/transports.js'
import { nextTurn } from '../support/turn.js'
import { between, describeNeighbours } from './neighbours.js'

/** One realm's transport, and the realm. */
class TestRealm {
  readonly transport = new InprocTransport()
  readonly realm = new Realm(this.transport)
  readonly ports: MessagePort[] = []

  constructor() {
    this.transport.neighbours = this.realm
    onTestFinished(() => {
      this.end()
    })
  }

  /** Makes another realm, or a new one, a child of this. */
  parent(child = new TestRealm()): TestRealm {
    const { port1, port2 } = new MessageChannel()
    child.realm.setHub(port1)
    this.realm.addChild(port2)
    this.ports.push(port2)
    child.ports.push(port1)
    return child
  }

  /** It is no more. */
  end(): void {
    for (const port of this.ports) port.close()
  }
}

/** Neither of them is the hub. */
function twoRealms(): Transport {
  const hub = new TestRealm()
  return between(hub.parent().transport, hub.parent().transport)
}

describeNeighbours(twoRealms)

const inUse = { code: 'EADDRINUSE' }

describe('realms', () => {
  it('that are joined late have the names in common that were bound and sought before', async () => {
    const [one, other] = [new TestRealm(), new TestRealm()]
    const [bound, sought] = [freshAddress('inproc'), freshAddress('inproc')]
    await new Acceptor().listen(one.transport, bound)
    const early = connect(one.transport, sought)
    const acceptor = await new Acceptor().listen(other.transport, sought)
    one.parent(other)
    ;(await early).start().send('late')
    expect(texts(await (await acceptor.accept()).start().read())).toEqual(['late'])
    await expect(new Acceptor().listen(other.transport, bound)).rejects.toMatchObject(inUse)
  })

  it('that had bound the same name go on to use their own', async () => {
    const [one, other] = [new TestRealm(), new TestRealm()]
    const address = freshAddress('inproc')
    const acceptors = [
      await new Acceptor().listen(one.transport, address),
      await new Acceptor().listen(other.transport, address),
    ]
    one.parent(other)
    await expect(new Acceptor().listen(other.parent().transport, address)).rejects.toMatchObject(
      inUse,
    )
    for (const [index, { transport }] of [one, other].entries()) {
      ;(await connect(transport, address)).start().send(String(index))
      const pipe = await acceptors[index]?.accept()
      expect(texts((await pipe?.start().read()) ?? [])).toEqual([String(index)])
    }
  })

  it('go on without a hub that has ended, and their names are free for others', async () => {
    const hub = new TestRealm()
    const child = hub.parent()
    const [first, second] = [freshAddress('inproc'), freshAddress('inproc')]
    await new Acceptor().listen(hub.transport, first)
    await new Acceptor().listen(child.transport, second)
    hub.end()
    while (child.realm.hasHub) await nextTurn()
    await new Acceptor().listen(child.transport, first)
    await new Acceptor().listen(hub.transport, second)
  })

  it('forget a realm that has ended, and all below it', async () => {
    const hub = new TestRealm()
    const child = hub.parent()
    const grandchild = child.parent()
    const address = freshAddress('inproc')
    await new Acceptor().listen(grandchild.transport, address)
    await expect(new Acceptor().listen(hub.transport, address)).rejects.toMatchObject(inUse)
    child.end()
    while (hub.realm.size > 0) await nextTurn()
    await new Acceptor().listen(hub.transport, address)
  })

  it('wait for a hub that takes its time before they bind', async () => {
    const child = new TestRealm()
    const { port1, port2 } = new MessageChannel()
    child.realm.setHub(port1)
    const address = freshAddress('inproc')
    const binding = new Acceptor().listen(child.transport, address)
    const hub = new TestRealm()
    await new Acceptor().listen(hub.transport, address)
    hub.realm.addChild(port2)
    await expect(binding).rejects.toMatchObject(inUse)
  })

  it('let go of an attempt that was given up', async () => {
    const transport = twoRealms()
    const address = freshAddress('inproc')
    const abort = new AbortController()
    const attempt = connect(transport, address, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(attempt).rejects.toThrow('enough')
    const acceptor = await new Acceptor().listen(transport, address)
    expect(acceptor.sessions).toEqual([])
  })
})
