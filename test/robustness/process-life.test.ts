import { describe, expect, it } from 'vitest'
import { Child } from '../support/child.js'
import { zerowire } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { track } from '../support/scope.js'
import { bindFresh, deserted, freshAddress, schemes } from '../support/transports.js'

/*
 * Each program says what it has come to. One that ends too early says too little; one that does not
 * end by itself is stopped by the time limit of its test, which then fails.
 */
const PRELUDE = `
  import * as zerowire from 'zerowire'
  const [, address] = process.argv
  process.on('unhandledRejection', (error) => { console.log('unhandled', error.code) })
`

/** Runs a program to its end, and gives what it printed. */
async function run(code: string, ...args: string[]): Promise<string[]> {
  const child = Child.evaluate(PRELUDE + code, ...args)
  const lines = await child.rest()
  expect(await child.exit, lines.join('\n')).toBe(0)
  return lines
}

describe('the process ends by itself', () => {
  const everyType =
    'Push Pull Publisher Subscriber XPublisher XSubscriber Request Reply Dealer Router Pair'

  it.each([
    { title: 'open', code: '' },
    { title: 'bound', code: `await socket.bind('tcp://127.0.0.1:*')` },
    { title: 'bound over ipc', code: `await socket.bind('ipc://*')` },
    { title: 'bound over ws', code: `await socket.bind('ws://127.0.0.1:*/' + type)` },
    {
      title: 'bound over wss',
      code: `
        socket.tls = (await import('./test/support/tls.ts')).tls
        await socket.bind('wss://127.0.0.1:*/' + type)
      `,
    },
    { title: 'bound over inproc', code: `await socket.bind('inproc://' + type)` },
    { title: 'connecting to nobody', code: `socket.connect('${deserted}')` },
    { title: 'connecting to nobody over ws', code: `socket.connect('ws://127.0.0.1:1')` },
    { title: 'connecting to nobody over inproc', code: `socket.connect('inproc://nobody')` },
    { title: 'observed', code: `socket.events` },
  ])('with sockets that are $title', async ({ code }) => {
    const lines = await run(`
      for (const type of '${everyType}'.split(' ')) {
        const socket = new zerowire[type]()
        ${code}
      }
      console.log('idle')
    `)
    expect(lines).toEqual(['idle'])
  })

  it.each(schemes)('with sockets that are connected over %s', async (scheme) => {
    const lines = await run(
      `
        const pull = new zerowire.Pull()
        await pull.bind(address)
        const push = new zerowire.Push()
        push.connect(pull.lastEndpoint)
        await push.send('hello')
        console.log(String(await pull.receive()))
      `,
      freshAddress(scheme),
    )
    expect(lines).toEqual(['hello'])
  })

  it('with heartbeats', async () => {
    const lines = await run(`
      const pull = new zerowire.Pull({ heartbeatInterval: 1000 })
      await pull.bind('tcp://127.0.0.1:*')
      const push = new zerowire.Push({ heartbeatInterval: 1000 })
      push.connect(pull.lastEndpoint)
      await push.send('hello')
      console.log(String(await pull.receive()))
    `)
    expect(lines).toEqual(['hello'])
  })

  it('after close(), whatever was going on', async () => {
    const lines = await run(`
      const sockets = []
      for (const type of '${everyType}'.split(' ')) {
        const socket = new zerowire[type]({ linger: 0 })
        await socket.bind('tcp://127.0.0.1:*')
        socket.events.on('end', () => console.log('end'))
        if (socket.receive && type !== 'Request') {
          Promise.resolve().then(() => socket.receive()).catch((error) => console.log(error.code))
        }
        sockets.push(socket)
      }
      await new Promise(setImmediate)
      await Promise.all(sockets.map((socket) => socket.close()))
      console.log('closed')
    `)
    expect(lines.filter((line) => line === 'end')).toHaveLength(11)
    expect(lines.at(-1)).toBe('closed')
  })
})

describe('the process lives on', () => {
  it.each([
    { title: 'receive()', type: 'Pull', wait: 'receive({ timeout: 100 })' },
    { title: 'receive() with receiveTimeout', type: 'Pull', wait: 'receive()' },
    { title: 'send()', type: 'Push', wait: `send('unsent', { timeout: 100 })` },
    { title: 'send() with sendTimeout', type: 'Push', wait: `send('unsent')` },
  ])('while $title waits', async ({ type, wait }) => {
    const timeout = { Pull: 'receiveTimeout', Push: 'sendTimeout' }[type] ?? ''
    const lines = await run(`
      const socket = new zerowire.${type}({ ${timeout}: 100 })
      await socket.bind('tcp://127.0.0.1:*')
      socket.${wait}.catch((error) => { console.log(error.code) })
    `)
    expect(lines).toEqual(['EAGAIN'])
  })

  it('while an event is waited for', async () => {
    const lines = await run(`
      const socket = new zerowire.Pull()
      socket.connect('${deserted}')
      socket.events.receive().then(({ type }) => { console.log(type) })
    `)
    expect(lines).toEqual(['connect:delay'])
  })

  it('until a message that is queued has left', async () => {
    const address = freshAddress('ipc')
    const child = Child.evaluate(
      `${PRELUDE}
        const push = new zerowire.Push({ reconnectInterval: 1 })
        push.connect(address)
        await push.send('late, but there')
        console.log('sent')
      `,
      address,
    )
    expect(await child.line()).toBe('sent')
    const pull = track(new zerowire.Pull())
    await pull.bind(address)
    expect(await receiveTexts(pull)).toEqual(['late, but there'])
    expect(await child.exit).toBe(0)
  })

  it('until bind() has settled', async () => {
    const lines = await run(`
      const socket = new zerowire.Pull()
      socket.bind('tcp://localhost:*').then(() => { console.log('bound') })
    `)
    expect(lines).toEqual(['bound'])
  })
})

describe('linger and the end of the process', () => {
  const send = `
    const push = new zerowire.Push({ linger: Number(process.argv[2]), reconnectInterval: 1 })
    push.connect(address)
    for (let count = 0; count < 100; count += 1) await push.send(String(count))
  `
  const close = `
    await push.close()
    console.log(push.stats.dropped.closed)
  `

  it.each([
    { linger: -1, scheme: 'tcp' },
    { linger: 20_000, scheme: 'tcp' },
    { linger: -1, scheme: 'ws' },
    { linger: 20_000, scheme: 'ws' },
  ] as const)('$linger delivers everything to a peer that is there, over $scheme', async (each) => {
    const { linger, scheme } = each
    const pull = track(new zerowire.Pull())
    const address = await bindFresh(pull, scheme)
    const lines = run(send + close, address, String(linger))
    for (let count = 0; count < 100; count += 1) {
      expect(await receiveTexts(pull)).toEqual([String(count)])
    }
    expect(await lines).toEqual(['0'])
  })

  it('-1 delivers everything to a peer that comes later', async () => {
    const address = freshAddress('ipc')
    const child = Child.evaluate(`${PRELUDE}${send} console.log('sent') ${close}`, address, '-1')
    expect(await child.line()).toBe('sent')
    const pull = track(new zerowire.Pull())
    await pull.bind(address)
    for (let count = 0; count < 100; count += 1) {
      expect(await receiveTexts(pull)).toEqual([String(count)])
    }
    expect(await child.rest()).toEqual(['0'])
  })

  it.each([0, 50])('%i drops everything when there is no peer', async (linger) => {
    expect(await run(send + close, freshAddress('ipc'), String(linger))).toEqual(['100'])
  })

  it('0 waits for nobody, without close()', async () => {
    expect(await run(`${send} console.log('over')`, freshAddress('ipc'), '0')).toEqual(['over'])
  })

  it('0 drops everything when there is no peer over ws', async () => {
    expect(await run(send + close, 'ws://127.0.0.1:1', '0')).toEqual(['100'])
  })

  it('0 counts what the peer got and what it did not', async () => {
    const pull = track(new zerowire.Pull())
    const address = await bindFresh(pull)
    const [dropped] = await run(send + close, address, '0')
    const delivered = 100 - Number(dropped)
    for (let count = 0; count < delivered; count += 1) {
      expect(await receiveTexts(pull)).toEqual([String(count)])
    }
    const marker = track(new zerowire.Push())
    marker.connect(address)
    await marker.send('nothing else')
    expect(await receiveTexts(pull)).toEqual(['nothing else'])
  })

  it('close() rejects what waits, with nothing unhandled', async () => {
    const lines = await run(`
      const pull = new zerowire.Pull()
      await pull.bind('tcp://127.0.0.1:*')
      const receiving = pull.receive().catch((error) => { console.log(error.code) })
      const iterating = (async () => {
        const other = new zerowire.Pull()
        await other.bind('tcp://127.0.0.1:*')
        setImmediate(() => other.close())
        for await (const _ of other) console.log('never')
        console.log('done')
      })()
      await iterating
      await pull.close()
      await receiving
      console.log('closed')
    `)
    expect(lines).toEqual(['done', 'EAGAIN', 'closed'])
  })
})
