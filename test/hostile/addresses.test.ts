import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import { zerowire } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { track } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

/** What is no address, from wherever a program has it (libzmq 0e61bce5, seeds of its fuzzers). */
const addresses = [
  ...['ws://', 'ws://:', 'ws://127.0.0.1:99999/'],
  ...[
    `tcp://1${'L'.repeat(137)}`,
    `tcp://${'L'.repeat(100_000)}:1`,
    'tcp://',
    'tcp://:',
    'tcp://;',
  ],
  ...['tcp://127.0.0.1:-1', 'tcp://127.0.0.1:1e3', 'tcp://[::1:5', 'tcp://127.0.0.1:5;', '', '://'],
  ...['tcp:/127.0.0.1:5', 'tcp://127.0.0.1:18446744073709551616', 'ipc://', 'inproc://', '\0'],
  ...['__proto__://x', 'constructor://x', 'tcp://127.0.0.1:5\0', 'ftp://127.0.0.1:5'],
] as const

describe('an address that is none is a fault of the caller, at once', () => {
  it.each(addresses)('%j', async (address) => {
    const dealer = track(new zerowire.Dealer())
    const fault = { name: 'ZmqError', code: expect.stringMatching(/^E[A-Z]+$/) as string }
    expect(() => {
      dealer.connect(address)
    }).toThrow(expect.objectContaining(fault) as Error)
    await expect(dealer.bind(address)).rejects.toMatchObject(fault)
    // It still works.
    const other = track(new zerowire.Dealer())
    other.connect(await bindFresh(dealer))
    await other.send('alive')
    expect(await receiveTexts(dealer)).toEqual(['alive'])
  })
})

it.each(['tcp', 'ws', 'wss'])('%s://%%:9 is a name that nobody has', async (scheme) => {
  const dealer = track(new zerowire.Dealer({ reconnectInterval: -1, linger: 0 }))
  const log = new EventLog(dealer)
  dealer.connect(`${scheme}://%:9`)
  expect((await log.until('close')).error).toMatchObject({ name: 'ZmqError' })
})

it('a port that the system connects with itself is one where nobody listens (libzmq#4599, 9d319655)', async () => {
  const pull = track(new zerowire.Pull())
  const address = await bindFresh(pull)
  await pull.unbind(address)
  const { host } = new URL(address.replace('tcp:', 'http:'))
  const dealer = track(new zerowire.Dealer({ reconnectInterval: 1, linger: 0 }))
  const log = new EventLog(dealer)
  // Among the ports that the system gives out, it takes enough attempts; here the first is the one.
  dealer.connect(`tcp://${host};${host}`)
  await dealer.send('hello')
  for (const attempt of [1, 2]) {
    expect((await log.until('close', attempt)).error).toMatchObject({ code: 'ECONNREFUSED' })
  }
  expect(log.types).not.toContain('connect')
})
