import { describe, expect, it } from 'vitest'
import { native, ours } from '../support/implementations.js'
import { open } from '../support/scope.js'
import { bindFresh, rebind, type Scheme } from '../support/transports.js'

const implementations = [
  { name: 'zerowire', library: ours },
  { name: 'reference', library: native },
]
const transports: Scheme[] = ['tcp', 'ipc', 'inproc']
const isUnknown = { code: 'ENOENT' }

/** To libzmq the two are one, and programs have them mixed up. */
describe.each(implementations)('unbind() and disconnect() of $name', ({ library }) => {
  it.each(transports)('disconnect() ends what was bound, over %s', async (scheme) => {
    const pull = open(library, 'Pull')
    const address = await bindFresh(pull, scheme)
    pull.disconnect(address)
    expect(() => {
      pull.disconnect(address)
    }).toThrow(expect.objectContaining(isUnknown) as Error)
    await rebind(open(library, 'Pull'), address)
  })

  it.each(transports)('unbind() ends what was connected, over %s', async (scheme) => {
    const address = await bindFresh(open(library, 'Pull'), scheme)
    const push = open(library, 'Push')
    push.connect(address)
    await push.unbind(address)
    await expect(push.unbind(address)).rejects.toMatchObject(isUnknown)
  })

  it('either ends both', async () => {
    const dealer = open(library, 'Dealer')
    const address = await bindFresh(dealer)
    dealer.connect(address)
    dealer.disconnect(address)
    await expect(dealer.unbind(address)).rejects.toMatchObject(isUnknown)
    await rebind(open(library, 'Dealer'), address)
  })

  it('disconnect() ends all connections to an address', async () => {
    const address = await bindFresh(open(library, 'Pull'))
    const push = open(library, 'Push')
    push.connect(address)
    push.connect(address)
    push.disconnect(address)
    expect(() => {
      push.disconnect(address)
    }).toThrow(expect.objectContaining(isUnknown) as Error)
  })
})
