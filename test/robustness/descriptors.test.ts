import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { zerowire } from '../support/implementations.js'
import { texts } from '../support/messages.js'
import { track } from '../support/scope.js'
import { Station } from '../support/station.js'
import type { NarrowProgram } from '../soak/programs/narrow.js'

const STRANGERS = 200

function stranger(address: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(address).port), '127.0.0.1', () => resolve(socket))
    socket.resume().on('error', () => undefined)
    onTestFinished(() => {
      socket.destroy()
    })
  })
}

describe.each(['tcp', 'ws'])('a process without a file descriptor left, over %s', (scheme) => {
  it('says so, and lets an honest client in at the cost of the oldest stranger', async () => {
    const host = new Station<NarrowProgram>('test/soak/programs/narrow.ts')
    onTestFinished(() => host.kill())
    await host.call('events')
    await host.limitDescriptors(64)
    const address = await host.call('listen', `${scheme}://127.0.0.1:*`)
    await Promise.all(Array.from({ length: STRANGERS }, () => stranger(address)))

    const request = track(new zerowire.Request())
    request.connect(address)
    await request.send('question')
    expect(texts(await request.receive())).toEqual(['question'])
    const { codes } = await host.call('events')
    expect(codes['accept:error EMFILE']).toBeGreaterThan(0)
    if (scheme === 'tcp') expect(codes['handshake:error:other EMFILE']).toBeGreaterThan(0)
  })
})
