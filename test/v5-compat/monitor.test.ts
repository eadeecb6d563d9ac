import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { bound, libraries, open, type CompatSocket } from '../support/v5-compat.js'
import { WakeUp } from '../support/wake-up.js'

const NAMES = [
  'connect',
  'connect_delay',
  'connect_retry',
  'listen',
  'bind_error',
  'accept',
  'accept_error',
  'close',
  'close_error',
  'disconnect',
]

/** The events of a monitored socket. */
class Log {
  readonly #events: [name: string, value: unknown, address: unknown, error: unknown][] = []
  readonly #news = new WakeUp()

  constructor(socket: CompatSocket) {
    for (const name of NAMES) {
      socket.on(name, (value, address, error) => {
        this.#events.push([name, value, address, error])
        this.#news.notify()
      })
    }
    expect(socket.monitor()).toBe(socket)
  }

  /** The arguments of the first such event. */
  until(name: string): Promise<{ value: unknown; address: unknown; error: unknown }> {
    return this.#news.until(() => {
      const [found] = this.#events.filter((event) => event[0] === name)
      return found && { value: found[1], address: found[2], error: found[3] }
    })
  }
}

describe.each(libraries)('the monitor of $name', ({ zmq }) => {
  it('tells of a listener and of who comes and goes', async () => {
    const [listener, visitor] = [open(zmq, 'dealer'), open(zmq, 'dealer', { linger: 0 })]
    const [events, visits] = [new Log(listener), new Log(visitor)]
    const address = await bound(listener)
    expect(await events.until('listen')).toMatchObject({ address, error: undefined })
    visitor.connect(address)
    expect(await visits.until('connect_delay')).toMatchObject({ address, error: undefined })
    expect(await visits.until('connect')).toMatchObject({ address, error: undefined })
    expect(await events.until('accept')).toMatchObject({ address, error: undefined })
    visitor.disconnect(address)
    expect(await events.until('disconnect')).toMatchObject({ address, error: undefined })
    listener.unbind(address)
    expect(await events.until('close')).toMatchObject({ address, error: undefined })
  })

  it('tells of attempts to connect', async () => {
    const nowhere = 'tcp://127.0.0.1:1'
    const socket = open(zmq, 'dealer', { linger: 0, reconnect_ivl: 1 })
    const events = new Log(socket)
    socket.connect(nowhere)
    expect(await events.until('close')).toMatchObject({ address: nowhere })
    const { value, address } = await events.until('connect_retry')
    expect([typeof value, address]).toEqual(['number', nowhere])
  })

  it('tells of a bind that failed', async () => {
    const address = await bound(open(zmq, 'rep'))
    const socket = open(zmq, 'rep')
    const events = new Log(socket)
    const failed = new Promise((resolve) => socket.bind(address, resolve))
    expect(await failed).toMatchObject({ code: 'EADDRINUSE' })
    const event = await events.until('bind_error')
    expect(event).toMatchObject({ value: 98, error: { code: 'EADDRINUSE', errno: 98 } })
    expect(event.error).toBeInstanceOf(Error)
    // The reference leaves out the transport.
    expect(address.endsWith(String(event.address))).toBe(true)
  })

  it('can be switched off', async () => {
    const socket = open(zmq, 'rep')
    const events = new Log(socket)
    await bound(socket)
    await events.until('listen')
    expect(socket.unmonitor()).toBe(socket.close())
  })

  it('takes no arguments any more', async () => {
    const warning = once(process, 'warning')
    const socket = open(zmq, 'rep')
    expect(socket.monitor(500, 0)).toBe(socket)
    const [{ message }] = (await warning) as [Error]
    expect(message).toMatch(/^Arguments to monitor\(\) /)
  })
})
