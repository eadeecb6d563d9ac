import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { hasNetworks, Network } from '../support/network.js'
import { requires } from '../support/requires.js'
import type { End } from './programs/end.js'

const PROGRAM = 'test/network/programs/end.ts'

describe.each(['tcp', 'ws'])('a cable that is pulled under %s', (scheme) => {
  beforeEach(requires('iproute2 (and root, to make networks)', hasNetworks))

  it('is noticed at both ends by their heartbeats, and all heals when it is back', async () => {
    const network = new Network()
    onTestFinished(() => {
      network.close()
    })
    const endpoint = `${scheme}://${network.addresses[0]}:5555`
    const listener = network.near.run<End>(PROGRAM)
    await listener.call('bind', endpoint)
    const dialler = network.far.run<End>(PROGRAM)
    await dialler.call('connect', endpoint)
    await Promise.all([listener.call('handshake', 1), dialler.call('handshake', 1)])
    expect(await dialler.call('ask', 'before')).toBe('before')

    network.cut()
    // Nobody says anything: only the silence can be noticed.
    expect(await listener.call('disconnect')).toBe('ETIMEDOUT')
    expect(await dialler.call('disconnect')).toBe('ETIMEDOUT')

    network.mend()
    await Promise.all([listener.call('handshake', 2), dialler.call('handshake', 2)])
    expect(await dialler.call('ask', 'after')).toBe('after')
  })
})
