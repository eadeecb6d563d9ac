import { describe, expect, it } from 'vitest'
import { createServer } from 'node:net'
import { Push } from 'zerowire'
import { EventLog, nextDrop } from '../support/events.js'
import { track } from '../support/track.js'
import { deserted } from '../support/transports.js'

/** A server that hangs up on everybody, once it has been greeted. */
async function rude(): Promise<{ address: string; close: () => void }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { address: `tcp://127.0.0.1:${String(port)}`, close: () => server.close() }
}

function push(reconnectStop: number): Push {
  return track(new Push({ reconnectStop, reconnectInterval: 1 }))
}

describe('reconnectStop', () => {
  it.each([1, 3])('%i: a refused connection is the last attempt', async (bits) => {
    const socket = push(bits)
    const log = new EventLog(socket)
    const drop = nextDrop(socket)
    socket.connect(deserted)
    await socket.send('queued')
    expect(await drop).toMatchObject({ reason: 'disconnected', count: 1 })
    expect(() => {
      socket.disconnect(deserted)
    }).toThrow(expect.objectContaining({ code: 'ENOENT' }))
    await socket.close()
    expect(await log.untilEnd()).not.toContain('connect:retry')
  })

  it.each([0, 2, 4])('%i: a refused connection is tried again', async (bits) => {
    const socket = push(bits)
    const log = new EventLog(socket)
    socket.connect(deserted)
    await log.until('connect:retry', 2)
  })

  it('1: a name that nobody knows is no refusal, and tried again', async () => {
    const socket = push(1)
    const log = new EventLog(socket)
    // Longer than any name can be: known without asking.
    socket.connect(`tcp://${'x'.repeat(64)}.invalid:5555`)
    const { error } = await log.until('close')
    expect(error).toMatchObject({ code: 'EHOSTUNREACH', cause: { code: 'ENOTFOUND' } })
    await log.until('connect:retry', 2)
  })

  it.each([2, 3])('%i: a handshake that fails is the last attempt', async (bits) => {
    const { address, close } = await rude()
    const socket = push(bits)
    const log = new EventLog(socket)
    const drop = nextDrop(socket)
    socket.connect(address)
    await socket.send('queued')
    expect(await drop).toMatchObject({ reason: 'disconnected' })
    await socket.close()
    expect(await log.untilEnd()).not.toContain('connect:retry')
    close()
  })

  it.each([0, 1, 4])('%i: after a handshake that fails comes another attempt', async (bits) => {
    const { address, close } = await rude()
    const socket = push(bits)
    const log = new EventLog(socket)
    socket.connect(address)
    await log.until('connect:retry', 2)
    close()
  })

  it('4: disconnect() gives up what is queued for a peer that is not there', async () => {
    const socket = push(4)
    const drop = nextDrop(socket)
    socket.connect(deserted)
    await socket.send('queued')
    socket.disconnect(deserted)
    expect(await drop).toMatchObject({ reason: 'closed', count: 1 })
    expect(socket.stats.queued.outgoing).toBe(0)
  })

  it('0: disconnect() goes on for the sake of what is queued', async () => {
    const socket = push(0)
    const log = new EventLog(socket)
    socket.connect(deserted)
    await socket.send('queued')
    socket.disconnect(deserted)
    await log.until('connect:retry', 3)
    expect(socket.stats.queued.outgoing).toBe(1)
  })

  it('takes the bits that there are', () => {
    for (const value of [-1, 8]) {
      expect(() => push(value)).toThrow(expect.objectContaining({ code: 'EINVAL' }))
    }
  })
})
