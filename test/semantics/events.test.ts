import { describe, expect, it } from 'vitest'
import type * as zerowireTypes from 'zerowire'
import { EventLog, nextDrop } from '../support/events.js'
import { describeOurs, itOurs, ours, zerowire } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { RawPeer } from '../support/raw-peer.js'
import { open, track } from '../support/scope.js'
import { bindFresh, deserted, endpointOf, rebind, type Scheme } from '../support/transports.js'

const quick = { reconnectInterval: 1 }

describe('the usual order of events', () => {
  async function expectAtBound(scheme: Scheme): Promise<void> {
    const pull = open(ours, 'Pull')
    const log = new EventLog(pull)
    const address = await bindFresh(pull, scheme)
    const push = open(ours, 'Push')
    push.connect(address)
    await log.until('handshake')
    push.close()
    await log.until('disconnect')
    pull.close()
    const types = await log.untilEnd()
    expect(types.slice(0, 4)).toEqual(['bind', 'accept', 'handshake', 'disconnect'])
    expect(types.slice(4).filter((type) => type !== 'close')).toEqual(['end'])
    for (const type of ['bind', 'accept'] as const) {
      expect(await log.until(type)).toEqual(expect.objectContaining({ type, address }))
    }
  }

  async function expectAtConnecting(scheme: Scheme): Promise<void> {
    const pull = open(ours, 'Pull')
    const address = await bindFresh(pull, scheme)
    const push = open(ours, 'Push', quick)
    const log = new EventLog(push)
    push.connect(address)
    await log.until('handshake')
    pull.close()
    await log.until('connect:retry')
    push.close()
    const types = await log.untilEnd()
    const attempt = scheme === 'ipc' ? ['connect'] : ['connect:delay', 'connect']
    const first = types.filter((type) => scheme !== 'ipc' || type !== 'connect:delay')
    const usual = [...attempt, 'handshake', 'disconnect', 'connect:retry']
    expect(first.slice(0, usual.length)).toEqual(usual)
    expect(types.at(-1)).toBe('end')
  }

  it.each(['tcp', 'ipc'] as const)('at a socket that is bound, over %s', expectAtBound)
  it.each(['tcp', 'ipc'] as const)('at a socket that connects, over %s', expectAtConnecting)

  // The reference tells of the handshake twice.
  itOurs('at a socket that is bound, over ws', () => expectAtBound('ws'))
  itOurs('at a socket that connects, over ws', () => expectAtConnecting('ws'))

  it('while nobody is there', async () => {
    const push = open(ours, 'Push', quick)
    const log = new EventLog(push)
    push.connect(deserted)
    await log.until('connect:retry', 3)
    const types = log.types.slice(0, 9)
    const round = ['connect:delay', 'close', 'connect:retry']
    expect(types).toEqual([...round, ...round, ...round].slice(0, types.length))
    for (const event of log.events) expect(event).toMatchObject({ address: deserted })
  })

  it('over inproc there is only the end', async () => {
    const pull = open(ours, 'Pull')
    const push = open(ours, 'Push')
    const logs = [new EventLog(pull), new EventLog(push)]
    push.connect(await bindFresh(pull, 'inproc'))
    await push.send('hello')
    await receiveTexts(pull)
    push.close()
    pull.close()
    for (const log of logs) expect(await log.untilEnd()).toEqual(['end'])
  })

  it('of a socket that did nothing', async () => {
    const pull = open(ours, 'Pull')
    const log = new EventLog(pull)
    pull.close()
    expect(await log.untilEnd()).toEqual(['end'])
  })

  it.each([
    { title: 'alone', options: { reconnectInterval: 2 }, least: 2, most: 4 },
    {
      title: 'with a maximum',
      options: { reconnectInterval: 2, reconnectMaxInterval: 8 },
      least: 2,
      most: 8,
    },
  ])('connect:retry tells the interval: $title', async ({ options, least, most }) => {
    const push = open(ours, 'Push', options)
    const log = new EventLog(push)
    push.connect(deserted)
    for (let count = 1; count <= 5; count += 1) {
      const { interval } = await log.until('connect:retry', count)
      expect(interval).toBeGreaterThanOrEqual(least)
      expect(interval).toBeLessThanOrEqual(most)
    }
  })

  it('a failing bind', async () => {
    const address = await bindFresh(open(ours, 'Pull'))
    const pull = open(ours, 'Pull')
    const log = new EventLog(pull)
    await expect(pull.bind(address)).rejects.toThrow()
    const { error } = await log.until('bind:error')
    expect(error).toMatchObject({ code: 'EADDRINUSE', message: 'Address already in use' })
  })

  it('a peer that leaves before the handshake is done', async () => {
    const pull = open(ours, 'Pull')
    const log = new EventLog(pull)
    const peer = await RawPeer.connect(await bindFresh(pull))
    await peer.read(10)
    peer.destroy()
    const { error } = await log.until('handshake:error:other')
    expect(error).toBeInstanceOf(Error)
    expect(log.types.slice(0, 2)).toEqual(['bind', 'accept'])
    expect(log.types).not.toContain('handshake')
  })

  it('a peer that never finishes the handshake', async () => {
    const pull = open(ours, 'Pull', { handshakeInterval: 20 })
    const log = new EventLog(pull)
    const peer = await RawPeer.connect(await bindFresh(pull))
    await peer.closed
    await log.until('handshake:error:other')
  })
})

describe('reconnecting', () => {
  it('is reported as a round of its own', async () => {
    const first = open(ours, 'Pull')
    const address = await bindFresh(first)
    const push = open(ours, 'Push', quick)
    const log = new EventLog(push)
    push.connect(address)
    await log.until('handshake')
    first.close()
    await log.until('disconnect')
    await rebind(open(ours, 'Pull'), address)
    await log.until('handshake', 2)
    const types = log.types.slice(log.types.lastIndexOf('connect:retry'))
    expect(types).toEqual(['connect:retry', 'connect:delay', 'connect', 'handshake'])
  })

  it('reconnectInterval -1 means not at all', async () => {
    const pull = open(ours, 'Pull')
    const push = open(ours, 'Push', { reconnectInterval: -1 })
    const log = new EventLog(push)
    push.connect(await bindFresh(pull))
    await log.until('handshake')
    pull.close()
    await log.until('disconnect')
    push.close()
    expect(await log.untilEnd()).not.toContain('connect:retry')
  })
})

describeOurs('an observer made for a socket', () => {
  it('sees what socket.events sees, from then on', async () => {
    const pull = track(new zerowire.Pull())
    const before = pull.events
    await pull.bind('inproc://observed-before')
    const observer = new zerowire.Observer(pull)
    await pull.bind('tcp://127.0.0.1:*')
    await pull.close()
    const types = async (from: zerowireTypes.Observer): Promise<string[]> => {
      const seen: string[] = []
      for await (const { type } of from) seen.push(type)
      return seen
    }
    expect(await types(observer)).toEqual(['bind', 'close', 'end'])
    expect(await types(before)).toEqual(['bind', 'close', 'end'])
    expect(observer.closed).toBe(true)
  })

  it('needs a socket', () => {
    for (const thing of [undefined, null, {}, 'socket']) {
      expect(() => new zerowire.Observer(thing as zerowireTypes.Pull)).toThrow(
        new TypeError('Socket must be a socket object'),
      )
    }
  })
})

describe('the observer', () => {
  it('calls listeners', async () => {
    const pull = open(ours, 'Pull')
    const bound = new Promise<string>((resolve) => {
      pull.events.on('bind', ({ address }) => {
        resolve(address)
      })
    })
    const unwanted: unknown[] = []
    const listener = (event: unknown): void => {
      unwanted.push(event)
    }
    pull.events.on('accept', listener)
    pull.events.off('accept', listener)
    const ended = new Promise<void>((resolve) => {
      pull.events.on('end', () => {
        resolve()
      })
    })
    const address = await bindFresh(pull)
    expect(await bound).toBe(address)
    const push = open(ours, 'Push')
    push.connect(address)
    await push.send('hello')
    await pull.receive()
    pull.close()
    await ended
    expect(unwanted).toEqual([])
  })

  it('cannot be read from any more once it has listeners', () => {
    const { events } = open(ours, 'Pull')
    events.on('bind', () => undefined)
    expect(() => events.receive()).toThrow(
      'Observer is in event emitter mode. After a call to events.on() it is not possible to read events with events.receive().',
    )
  })

  it('has one reader at a time', async () => {
    const pull = open(ours, 'Pull')
    const first = pull.events.receive()
    expect(() => pull.events.receive()).toThrow(expect.objectContaining({ code: 'EBUSY' }))
    await bindFresh(pull)
    expect(await first).toMatchObject({ type: 'bind' })
  })

  it('ends with its socket', async () => {
    const pull = open(ours, 'Pull')
    const { events } = pull
    pull.close()
    expect(await events.receive()).toMatchObject({ type: 'end' })
    expect(() => events.receive()).toThrow(expect.objectContaining({ code: 'EBADF' }))
    expect(events.closed).toBe(true)
  })

  it('of a socket that is closed is refused', () => {
    const pull = open(ours, 'Pull')
    pull.close()
    expect(() => pull.events).toThrow(expect.objectContaining({ code: 'ENOTSOCK' }))
  })

  // The reference stops working when its monitor is closed.
  itOurs('can be closed alone', async () => {
    const pull = open(ours, 'Pull')
    const { events } = pull
    events.close()
    expect(events.closed).toBe(true)
    const push = open(ours, 'Push')
    push.connect(await bindFresh(pull))
    await push.send('hello')
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })
})

describeOurs('facts the reference does not give', () => {
  it('who connected, and which connection an event is about', async () => {
    const router = track(new zerowire.Router())
    const log = new EventLog(router)
    const address = await bindFresh(router)
    const dealers = ['a', 'b'].map((routingId) => {
      const dealer = track(new zerowire.Dealer({ routingId }))
      dealer.connect(address)
      return dealer
    })
    for (const [index, dealer] of dealers.entries()) {
      await log.until('handshake', index + 1)
      await dealer.send('hello')
      await router.receive()
    }
    const accepted = log.events.filter((event) => event.type === 'accept')
    const shaken = log.events.filter((event) => event.type === 'handshake')
    expect(new Set(accepted.map((event) => event.connection)).size).toBe(2)
    for (const { connection, remoteAddress, peer } of shaken) {
      const origin = accepted.find((event) => event.connection === connection)
      expect(remoteAddress).toBe(origin?.remoteAddress)
      expect(remoteAddress).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/)
      expect(remoteAddress).not.toBe(address)
      expect(peer).toMatchObject({ socketType: 'DEALER', protocol: 'ZMTP/3.1' })
    }
    expect(shaken.map(({ peer }) => Buffer.from(peer.routingId).toString()).sort()).toEqual([
      'a',
      'b',
    ])
  })

  it('which peer left', async () => {
    const router = track(new zerowire.Router())
    const log = new EventLog(router)
    const dealer = track(new zerowire.Dealer({ routingId: 'a' }))
    dealer.connect(await bindFresh(router))
    const { connection } = await log.until('handshake')
    await dealer.close()
    expect(await log.until('disconnect')).toMatchObject({
      connection,
      peer: { socketType: 'DEALER' },
    })
  })

  it('a socket type that does not fit', async () => {
    const pull = track(new zerowire.Pull())
    const log = new EventLog(pull)
    const peer = await RawPeer.connect(await bindFresh(pull))
    await peer.handshake('SUB')
    const { error } = await log.until('handshake:error:protocol')
    expect(error.reason).toContain('SUB')
  })

  it('what was dropped', async () => {
    const router = track(new zerowire.Router())
    const drop = nextDrop(router)
    await router.send(['nobody', 'lost'])
    expect(await drop).toMatchObject({ reason: 'unroutable', count: 1 })
  })

  it('what was dropped, to a listener that closes the socket', async () => {
    const router = track(new zerowire.Router())
    const drops: string[] = []
    router.events.on('drop', ({ reason }) => {
      drops.push(reason)
      if (drops.length < 3) void router.close()
    })
    await router.send(['nobody', 'lost'])
    await router.close()
    expect(drops).toEqual(['unroutable'])
  })

  it('the address of a bind that failed, with its scheme', async () => {
    const address = await bindFresh(open(ours, 'Pull'))
    const pull = track(new zerowire.Pull())
    const log = new EventLog(pull)
    await expect(pull.bind(address)).rejects.toThrow()
    expect(await log.until('bind:error')).toMatchObject({ address })
    expect(log.types).toEqual(['bind:error'])
  })

  it('every listener added in the turn of the connect', async () => {
    const pull = track(new zerowire.Pull())
    const address = await bindFresh(pull)
    const push = track(new zerowire.Push())
    push.connect(address)
    const seen: string[] = []
    const shaken = new Promise<void>((resolve) => {
      for (const type of ['connect:delay', 'connect', 'handshake'] as const) {
        push.events.on(type, () => {
          seen.push(type)
          if (type === 'handshake') resolve()
        })
      }
    })
    await shaken
    expect(seen).toEqual(['connect:delay', 'connect', 'handshake'])
    expect(endpointOf(push)).toBe(address)
  })
})
