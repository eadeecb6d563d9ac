import { createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EventLog } from '../support/events.js'
import { zerowire } from '../support/implementations.js'
import { texts } from '../support/messages.js'
import { track } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { greeting, ready } from '../support/wire.js'

/** A PULL of bare bytes that shakes hands once and then reads nothing. */
async function deafPull(): Promise<{ address: string; reset: () => void }> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => socket.pause())
    socket.write(Buffer.concat([greeting({}), ready('PULL')]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const reset = (): void => {
    server.close()
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return { address: `tcp://127.0.0.1:${String(port)}`, reset }
}

describe('a connection that is lost', () => {
  it('under back-pressure costs what was under way, counted, and nothing that was queued', async () => {
    const { address, reset } = await deafPull()
    const options = { sendHighWaterMark: 200, linger: 0, reconnectInterval: 1 }
    const push = track(new zerowire.Push(options))
    const log = new EventLog(push)
    push.connect(address)
    await log.until('handshake')
    const body = Buffer.alloc(100_000)
    const fill = async (): Promise<never> => {
      for (;;) await push.send(body, { timeout: 200 })
    }
    await expect(fill()).rejects.toMatchObject({ code: 'EAGAIN' })
    const before = push.stats.queued.outgoing
    expect(before).toBe(200)
    reset()
    await log.until('disconnect')
    const { queued, dropped } = push.stats
    expect(queued.outgoing + dropped.disconnected).toBe(before)
    expect(queued.outgoing).toBeGreaterThan(100)
  })

  it('makes room for whoever waits to send', async () => {
    const { address, reset } = await deafPull()
    const push = track(new zerowire.Push({ sendHighWaterMark: 1, linger: 0, reconnectInterval: 1 }))
    const log = new EventLog(push)
    push.connect(address)
    await log.until('handshake')
    const body = Buffer.alloc(32 * 1024 * 1024)
    await push.send(body)
    const waiting = push.send('next')
    reset()
    await log.until('disconnect')
    await waiting
    expect(push.stats).toMatchObject({ queued: { outgoing: 1 }, dropped: { disconnected: 1 } })
  })
})

describe('a REP with several receives waiting', () => {
  it.each(['tcp', 'inproc', 'ws'] as const)(
    'answers each request to whom it came from, over %s',
    async (scheme) => {
      const reply = track(new zerowire.Reply({ receiveHighWaterMark: 1, maxPendingOperations: 2 }))
      const address = await bindFresh(reply, scheme)
      const dealers = ['d', 'e'].map((name) => {
        const dealer = track(new zerowire.Dealer())
        dealer.connect(address)
        return { name, dealer }
      })
      const answering = (async () => {
        let next = reply.receive()
        for (let answered = 0; answered < 40; answered++) {
          const [request] = await next
          // The next receive waits before the reply lets it in.
          await Promise.resolve()
          await reply.send(`to ${String(request)}`)
          next = reply.receive()
        }
        next.catch(() => undefined)
      })()
      const asking = dealers.map(async ({ name, dealer }) => {
        const numbers = Array.from({ length: 20 }, (_, number) => `${name}${String(number)}`)
        for (const text of numbers) await dealer.send(['', text])
        for (const text of numbers)
          expect(texts(await dealer.receive())).toEqual(['', `to ${text}`])
      })
      await Promise.all([answering, ...asking])
    },
  )
})
