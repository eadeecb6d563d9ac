import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import * as jszmq from 'jszmq'
import { WebSocket, WebSocketServer } from 'ws'
import { Meter } from '../meter.js'
import type { End, Scenario } from '../task.js'

/*
 * Over WebSocket: the objects of `ws`, a message at a time, and jszmq. Neither has any back-pressure
 * of its own: a sender lets the event loop turn after every so many messages.
 */

const BURST = 500

/** Bytes that may wait in the sender. */
const MOST_BUFFERED = 4_194_304

async function listen({ bound }: End): Promise<{ server: Server; endpoint: string }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  setTimeout(() => bound(endpoint))
  return { server, endpoint }
}

/** Whole messages of `ws`, corked while they are sent in one go. */
export const objects: Scenario = {
  async binds(end) {
    const { server } = await listen(end)
    const meter = new Meter(end.task.count)
    const listener = new WebSocketServer({ server, perMessageDeflate: false })
    const [socket] = (await once(listener, 'connection')) as [WebSocket]
    await new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        if (meter.count([data])) resolve()
      })
    })
    return meter.outcome()
  },

  async connects({ task }) {
    const socket = new WebSocket(task.endpoint, { perMessageDeflate: false })
    await once(socket, 'open')
    const body = Buffer.alloc(task.size, 'x')
    for (let sent = 0; sent < task.count; sent++) {
      socket.send(body)
      if (sent % BURST === 0) await setImmediate()
      while (socket.bufferedAmount > MOST_BUFFERED) await setImmediate()
    }
    return undefined
  },
}

/** ZeroMQ in JavaScript as it was before. */
export const old: Scenario = {
  async binds(end) {
    const { server, endpoint } = await listen(end)
    const meter = new Meter(end.task.count)
    const socket = new jszmq.Pull()
    socket.bind(endpoint, server)
    await new Promise<void>((resolve) => {
      socket.on('message', (...parts: Buffer[]) => {
        if (meter.count(parts)) resolve()
      })
    })
    return meter.outcome()
  },

  async connects({ task }) {
    const socket = new jszmq.Push()
    socket.connect(task.endpoint)
    const body = Buffer.alloc(task.size, 'x')
    const message = task.parts === 1 ? body : Array.from({ length: task.parts }, () => body)
    for (let sent = 0; sent < task.count; sent++) {
      socket.send(message)
      if (sent % BURST === 0) await setImmediate()
    }
    return undefined
  },
}
