import { describe, expect, it } from 'vitest'
import type { PeerStats, SocketStats } from 'zerowire'
import { History } from '../examples/dashboard/page/history.js'
import { edgesOf, layersOf } from '../examples/dashboard/page/topology.js'
import { Watch, type ServiceView } from '../examples/dashboard/page/watch.js'
import type { SocketReport } from '../examples/demo/socket-report.js'

const dropped: SocketStats['dropped'] = {
  total: 0,
  full: 0,
  unroutable: 0,
  unsubscribed: 0,
  disconnected: 0,
  closed: 0,
  unexpected: 0,
  oversize: 0,
  conflated: 0,
}

function stats(facts: Partial<SocketStats>): SocketStats {
  const queued = { outgoing: 0, incoming: 0 }
  const figures = { sent: 0, received: 0, queued, dropped, connections: 1, peers: 1 }
  const meanWait = { outgoing: 0, incoming: 0 }
  const bytes = { sent: 0, received: 0 }
  const failures = { reconnects: 0, handshakeFailures: 0, lastError: undefined }
  return { ...figures, meanWait, measured: meanWait, bytes, ...failures, ...facts }
}

function push(facts: Partial<SocketStats>): SocketReport {
  return { type: 'PUSH', endpoint: 'tcp://127.0.0.1:5000', stats: stats(facts) }
}

function tell(
  watch: Watch,
  at: number,
  sockets: Record<string, SocketReport>,
  process = '1',
): void {
  watch.add('service', { library: 'zerowire', process, at, sockets }, at)
}

function theOnly(watch: Watch, now: number): ServiceView {
  const [view, ...more] = watch.views(now)
  if (view === undefined || more.length > 0) throw new Error('there is not just one service')
  return view
}

describe('the state of a service', () => {
  it('has the rates of the last two seconds', () => {
    const watch = new Watch()
    tell(watch, 0, { work: push({ sent: 0 }) })
    tell(watch, 1000, { work: push({ sent: 500 }) })
    tell(watch, 2000, { work: push({ sent: 520 }) })
    tell(watch, 3000, { work: push({ sent: 540, queued: { outgoing: 3, incoming: 1 } }) })
    expect(theOnly(watch, 3000)).toMatchObject({ rate: 20, queue: 4, lost: 0, loss: 0 })
  })

  it('goes by the clock of the service, because reports may come together', () => {
    const watch = new Watch()
    for (const [at, sent] of [
      [100, 0],
      [1100, 50],
    ] as const) {
      const sockets = { work: push({ sent }) }
      watch.add('service', { library: 'zerowire', process: '1', at, sockets }, 9000)
    }
    expect(theOnly(watch, 9000).rate).toBe(50)
  })

  it('has the mean wait and the bytes of the last two seconds, and of how long before', () => {
    const watch = new Watch()
    const report = (measured: number, meanWait: number, sent: number): SocketReport =>
      push({
        measured: { outgoing: measured, incoming: 0 },
        meanWait: { outgoing: meanWait, incoming: 0 },
        bytes: { sent, received: 0 },
      })
    tell(watch, 0, { work: report(1000, 100, 0) })
    tell(watch, 3000, { work: report(1000, 100, 5000) })
    expect(theOnly(watch, 3000).wait).toBeNull()
    // Ten more, and these have waited for 20 ms each.
    tell(watch, 4000, { work: report(1010, (1000 * 100 + 10 * 20) / 1010, 6000) })
    const { wait, sockets } = theOnly(watch, 4000)
    expect(wait).toBeCloseTo(20)
    expect(sockets[0]?.outgoing).toMatchObject({ bytes: 1000, wait })
    expect(sockets[0]?.incoming.wait).toBeNull()
  })

  it('has each peer with its own rates, and what was dropped by reason', () => {
    const watch = new Watch()
    const nothing = { outgoing: 0, incoming: 0 }
    const bytes = { sent: 0, received: 0 }
    const common = { queued: nothing, meanWait: nothing, measured: nothing, bytes }
    const peer = (id: number, sent: number, full: number): PeerStats => ({
      ...{ ...common, id, sent, received: 0, peer: undefined, endpoint: 'tcp://127.0.0.1:5000' },
      ...{ connected: false, reconnects: 2, handshakeFailures: 1, lastError: undefined },
      dropped: { ...dropped, full, total: full },
    })
    tell(watch, 0, { work: { ...push({}), peers: [peer(7, 0, 0), peer(8, 100, 0)] } })
    tell(watch, 1000, { work: { ...push({}), peers: [peer(7, 30, 4), peer(8, 110, 0)] } })
    expect(theOnly(watch, 1000).sockets[0]?.peers).toMatchObject([
      {
        ...{ id: 7, address: 'tcp://127.0.0.1:5000', type: '', isConnected: false },
        ...{ outgoing: { messages: 30 }, dropped: { full: 4 }, isLosing: true, lost: 4 },
        ...{ reconnects: 2, handshakeFailures: 1, lastError: null },
      },
      { id: 8, outgoing: { messages: 10 }, dropped: {}, isLosing: false },
    ])
  })

  it('begins anew with a new process', () => {
    const watch = new Watch()
    tell(watch, 0, { work: push({ sent: 900 }) })
    tell(watch, 1000, { work: push({ sent: 10 }) }, '2')
    expect(theOnly(watch, 1000)).toMatchObject({ process: '2', rate: 0 })
  })

  it('tells what is lost from what nobody misses', () => {
    const watch = new Watch()
    const unmissed = { ...dropped, total: 7, conflated: 3, unsubscribed: 4 }
    tell(watch, 0, { work: push({ dropped: unmissed }) })
    expect(theOnly(watch, 0).lost).toBe(0)
    tell(watch, 1000, { work: push({ dropped: { ...unmissed, total: 12, disconnected: 5 } }) })
    const { lost, loss, sockets } = theOnly(watch, 1000)
    expect({ lost, loss, isLosing: sockets[0]?.isLosing }).toEqual({
      lost: 5,
      loss: 5,
      isLosing: true,
    })
    // Red does not stay for ever.
    for (let at = 2000; at <= 9000; at += 1000) {
      tell(watch, at, { work: push({ dropped: { ...unmissed, total: 12, disconnected: 5 } }) })
    }
    expect(theOnly(watch, 9000)).toMatchObject({ lost: 5, loss: 0, sockets: [{ isLosing: false }] })
  })

  it('is silent when no report has come for a while', () => {
    const watch = new Watch()
    tell(watch, 0, { work: push({ sent: 0 }) })
    tell(watch, 1000, { work: push({ sent: 10 }) })
    expect(theOnly(watch, 3000).isSilent).toBe(false)
    expect(theOnly(watch, 3001)).toMatchObject({ isSilent: true, rate: null, queue: null })
  })

  it('of a library without figures is what the results tell, and no more', () => {
    const watch = new Watch()
    const sockets = {
      work: { type: 'PULL', endpoint: 'ipc:///work' },
      results: { type: 'PUSH', endpoint: 'tcp://127.0.0.1:5001' },
    }
    tell(watch, 0, sockets)
    expect(theOnly(watch, 0)).toMatchObject({ rate: 0 })
    for (const [at, files] of [
      [1000, 40],
      [2000, 60],
    ] as const) {
      watch.progress = { files, bytes: 0, shares: { service: { files, bytes: 0 } } }
      tell(watch, at, sockets)
    }
    expect(theOnly(watch, 2000)).toMatchObject({
      rate: 40,
      queue: null,
      wait: null,
      lost: null,
      loss: null,
      sockets: [
        { name: 'work', outgoing: { messages: 0 }, incoming: { messages: 20 }, reconnects: null },
        { name: 'results', outgoing: { messages: 20 }, incoming: { messages: 0 }, dropped: null },
      ],
    })
  })
})

function service(
  name: string,
  ...sockets: [type: string, endpoint: string, rate: number][]
): ServiceView {
  return {
    name,
    library: 'zerowire',
    process: '1',
    isSilent: false,
    rate: 0,
    queue: 0,
    wait: 0,
    lost: 0,
    loss: 0,
    sockets: sockets.map(([type, endpoint, rate]) => {
      const busy = { messages: rate, bytes: 0, queued: 0, wait: 0 }
      const idle = { ...busy, messages: 0 }
      const isReceiver = /PULL|SUB/.test(type)
      const [outgoing, incoming] = isReceiver ? [idle, busy] : [busy, idle]
      const failures = { lost: 0, loss: 0, isLosing: false, dropped: {}, handshakeFailures: 0 }
      const rest = { ...failures, reconnects: 0, lastError: null, peers: [] }
      return { name: type, type, endpoint, outgoing, incoming, ...rest }
    }),
  }
}

describe('the graph', () => {
  const services = [
    service('sink', ['PULL', 'tcp://127.0.0.1:6', 30], ['XPUB', 'ws://0.0.0.0:80/live', 4]),
    service('source', ['PUSH', 'ipc:///work', 30]),
    service('left', ['PULL', 'ipc:///work', 10], ['PUSH', 'tcp://localhost:6', 10]),
    service('right', ['PULL', 'ipc:///work', 20], ['PUSH', 'tcp://localhost:6', 20]),
    service('page', ['SUB', 'ws://localhost:80/live', 4], ['SUB', 'ws://localhost:80/other', 4]),
  ]
  const edges = edgesOf(services)

  it('joins sockets that have an endpoint in common, by whatever name of the host', () => {
    const lines = edges.map(({ from, to, transport, rate }) =>
      [from.service, to.service, transport, rate].join(' '),
    )
    expect(lines.sort()).toEqual([
      'left sink tcp 10',
      'right sink tcp 20',
      'sink page ws 4',
      'source left ipc 10',
      'source right ipc 20',
    ])
  })

  it('puts each service behind those that it hears from', () => {
    expect(Object.fromEntries(layersOf(services, edges))).toEqual({
      source: 0,
      left: 1,
      right: 1,
      sink: 2,
      page: 3,
    })
  })
})

describe('the last minute', () => {
  it('has a value for each quarter of a second, and null where nothing was known', () => {
    const history = new History(59_750)
    const busy = { ...service('service'), rate: 7 }
    history.push([busy], 60_000)
    history.push([{ ...busy, rate: 8 }], 60_250)
    history.push([{ ...busy, rate: null }], 60_500)
    const rates = history.of('service', 'rate')
    expect(rates).toHaveLength(history.times.length)
    expect(rates.slice(-3)).toEqual([7, 8, null])
  })

  it('keeps its pace when a page in the background is called less often', () => {
    const history = new History(59_750)
    history.push([{ ...service('service'), rate: 7 }], 60_000)
    history.push([{ ...service('service'), rate: 8 }], 61_000)
    expect(history.of('service', 'rate').slice(-5)).toEqual([7, 8, 8, 8, 8])
  })
})
