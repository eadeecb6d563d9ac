import { describe, expect, it } from 'vitest'
import * as zerowire from 'zerowire'
import { Datagram } from 'zerowire/draft'
import { track } from '../support/track.js'

describe('in a browser', () => {
  it.each([
    { address: 'tcp://127.0.0.1:1', code: 'EPROTONOSUPPORT' },
    { address: 'udp://127.0.0.1:1', code: 'EPROTONOSUPPORT' },
    { address: 'ws://127.0.0.1:1', code: 'ENOCOMPATPROTO' },
    { address: 'inproc://name', code: 'ENOCOMPATPROTO' },
  ])('Datagram has nothing to speak over: $address', async ({ address, code }) => {
    const socket = track(new Datagram())
    await expect(socket.bind(address)).rejects.toMatchObject({ code, address })
    const refusal = expect.objectContaining({ code, address }) as Error
    expect(() => {
      socket.connect(address)
    }).toThrow(refusal)
  })

  it('there is no Stream', () => {
    expect('Stream' in zerowire).toBe(false)
  })
})
