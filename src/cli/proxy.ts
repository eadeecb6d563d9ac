import {
  Dealer,
  Proxy,
  Publisher,
  Pull,
  Push,
  Router,
  XPublisher,
  XSubscriber,
  type ProxyTraffic,
  type Socket,
} from 'zerowire'
import { attach, type Places } from './endpoints.js'
import { tellTrouble } from './events.js'
import { misuse } from './exit.js'
import { rateText } from './meter.js'
import type { Run } from './run.js'
import { settingsOf, type SocketOptions } from './talk.js'

export const DEVICES = ['forwarder', 'streamer', 'queue'] as const

/** What a proxy may be told. */
export interface ProxyOptions extends Omit<SocketOptions, 'bind' | 'connect' | 'timeout'> {
  readonly bindFrontend?: readonly string[]
  readonly connectFrontend?: readonly string[]
  readonly bindBackend?: readonly string[]
  readonly connectBackend?: readonly string[]
  readonly capture?: string
  readonly hwm?: number
}

type Both = [frontend: Socket, backend: Socket]

/** Moves messages between two sockets until it is interrupted. */
export async function proxy(
  device: (typeof DEVICES)[number],
  options: ProxyOptions,
  run: Run,
): Promise<void> {
  const front = side('frontend', options.bindFrontend, options.connectFrontend)
  const back = side('backend', options.bindBackend, options.connectBackend)
  const { hwm } = options
  const settings = await settingsOf(options)
  const send = { ...settings, ...(hwm !== undefined && { sendHighWaterMark: hwm }) }
  const receive = { ...settings, ...(hwm !== undefined && { receiveHighWaterMark: hwm }) }
  const duplex = { ...send, ...receive }
  const devices: Record<typeof device, () => Both> = {
    forwarder: () => [new XSubscriber(duplex), new XPublisher(duplex)],
    streamer: () => [new Pull(receive), new Push(send)],
    queue: () => [new Router(duplex), new Dealer(duplex)],
  }
  const [frontend, backend] = devices[device]()
  const capture = options.capture === undefined ? undefined : new Publisher(send)
  const sockets = [frontend, backend, ...(capture === undefined ? [] : [capture])]
  for (const socket of sockets) tellTrouble(socket, run)
  const middle = new Proxy(frontend, backend)
  const timer = options.rate === true ? startRates(middle, run) : undefined
  try {
    await attach(frontend, front, run)
    await attach(backend, back, run)
    if (capture !== undefined && options.capture !== undefined) {
      await attach(capture, { bind: [options.capture], connect: [] }, run)
    }
    await middle.run({ signal: run.signal, ...(capture !== undefined && { capture }) })
  } finally {
    clearInterval(timer)
    run.note(`${device}: ${total(middle)}`)
    for (const socket of sockets) void socket.close()
  }
}

function side(name: string, bind: readonly string[] = [], connect: readonly string[] = []): Places {
  if (bind.length + connect.length > 0) return { bind, connect }
  throw misuse(`no ${name}: expected --bind-${name} or --connect-${name} with an endpoint`)
}

function total({ statistics: { frontEnd, backEnd } }: Proxy): string {
  const count = ({ messages, bytes }: ProxyTraffic): string =>
    `${String(messages)} messages (${String(bytes)} bytes)`
  return `${count(frontEnd.received)} to the backend, ${count(backEnd.received)} to the frontend`
}

function startRates(middle: Proxy, run: Run): NodeJS.Timeout {
  let before = middle.statistics
  const each = (name: string, now: ProxyTraffic, then: ProxyTraffic): string =>
    `${name} ${rateText(now.messages - then.messages, now.bytes - then.bytes)}`
  return setInterval(() => {
    const now = middle.statistics
    const there = each('to the backend', now.frontEnd.received, before.frontEnd.received)
    const back = each('to the frontend', now.backEnd.received, before.backEnd.received)
    run.note(`${there}; ${back}`)
    before = now
  }, 1000)
}
