import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { hasNetworks, Network } from '../support/network.js'
import { requires } from '../support/requires.js'

const PROGRAM = 'test/network/programs/end.ts'

describe.each(['tcp', 'ws'])('a cable that is pulled under %s', (scheme) => {
  beforeEach(requires('iproute2 (and root, to make networks)', hasNetworks))

  it('is noticed at both ends by their heartbeats, and all heals when it is back', async () => {
    const network = new Network()
    onTestFinished(() => {
      network.close()
    })
    const [address] = network.addresses
    const endpoint = `${scheme}://${address}:5555`
    const listener = network.run(0, PROGRAM, 'bind', endpoint)
    await listener.hears('bound')
    const dialler = network.run(1, PROGRAM, 'connect', endpoint)
    await Promise.all([listener.hears('handshake'), dialler.hears('handshake')])
    dialler.tell('before')
    expect(await dialler.hears('answer')).toMatchObject({ text: 'before' })

    network.cut()
    // Nobody says anything: only the silence can be noticed.
    expect(await listener.hears('disconnect')).toMatchObject({ text: 'ETIMEDOUT' })
    expect(await dialler.hears('disconnect')).toMatchObject({ text: 'ETIMEDOUT' })

    network.mend()
    await Promise.all([listener.hears('handshake'), dialler.hears('handshake')])
    dialler.tell('after')
    expect(await dialler.hears('answer')).toMatchObject({ text: 'after' })
  })
})
