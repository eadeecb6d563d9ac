import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import { describeOurs, itOurs, ours } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { libraries } from '../support/option-table.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

const quick = { reconnectInterval: 1, linger: 0 }

/** Whether the kernel watches the accepted connections of a port by itself. */
async function keptAlive(port: number): Promise<boolean[]> {
  const table = await readFile('/proc/net/tcp', 'latin1')
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address = '', , state]) => address.endsWith(local) && state === '01')
    .map(([, , , , , timer = '']) => timer.startsWith('02'))
}

describe.each(libraries)('$library: effects', ({ lib }) => {
  it('tcpAcceptFilter admits whom one of its ranges names', async () => {
    const pull = open(lib, 'Pull')
    const filter = pull as unknown as { tcpAcceptFilter: string | null }
    filter.tcpAcceptFilter = '192.0.2.0/24'
    filter.tcpAcceptFilter = '127.0.0.0/8'
    const push = open(lib, 'Push')
    push.connect(await bindFresh(pull))
    await push.send('admitted')
    expect(await receiveTexts(pull)).toEqual(['admitted'])
  })

  it('tcpAcceptFilter turns others away', async () => {
    const pull = open(lib, 'Pull', { tcpAcceptFilter: '192.0.2.0/24' })
    const log = new EventLog(pull)
    const push = open(lib, 'Push', quick)
    push.connect(await bindFresh(pull))
    await log.until('accept:error')
    expect(log.types).not.toContain('handshake')
  })

  it('tcpAcceptFilter of null forgets all ranges', async () => {
    const pull = open(lib, 'Pull', { tcpAcceptFilter: '192.0.2.0/24' })
    ;(pull as unknown as { tcpAcceptFilter: null }).tcpAcceptFilter = null
    const push = open(lib, 'Push')
    push.connect(await bindFresh(pull))
    await push.send('admitted')
    expect(await receiveTexts(pull)).toEqual(['admitted'])
  })

  it.each([
    { tcpKeepalive: 1, watched: true },
    { tcpKeepalive: 0, watched: false },
    { tcpKeepalive: -1, watched: false },
  ])('tcpKeepalive $tcpKeepalive', async ({ tcpKeepalive, watched }) => {
    const pull = open(lib, 'Pull', { tcpKeepalive, tcpKeepaliveIdle: 100 })
    const address = await bindFresh(pull)
    const push = open(lib, 'Push')
    push.connect(address)
    await push.send('hello')
    await pull.receive()
    // Until what was sent is acknowledged another timer runs in its place.
    const port = Number(address.split(':').at(-1))
    await expect.poll(() => keptAlive(port), { timeout: 60_000 }).toEqual([watched])
  })

  it('an empty welcome message is none', async () => {
    const publisher = open(lib, 'XPublisher', { welcomeMessage: '' })
    const subscriber = open(lib, 'Subscriber')
    subscriber.subscribe()
    subscriber.connect(await bindFresh(publisher))
    await publisher.receive()
    await publisher.send('first')
    expect(await receiveTexts(subscriber)).toEqual(['first'])
  })

  it('what XPUB is told to subscribe its peers to is EINVAL without manual', () => {
    const publisher = open(lib, 'XPublisher') as unknown as {
      setStringOption(id: number, value: string): void
    }
    expect(() => {
      publisher.setStringOption(6, 'a')
    }).toThrow(expect.objectContaining({ code: 'EINVAL' }))
  })
})

describeOurs('zerowire: the option interface', () => {
  const [name = '', [first] = []] = Object.entries(networkInterfaces())[0] ?? []

  itOurs('is where a wildcard listens', async () => {
    const pull = open(ours, 'Pull', { interface: name, ipv6: first?.family === 'IPv6' })
    await pull.bind('tcp://*:*')
    expect(pull.lastEndpoint).toContain(first?.address)
    expect(pull.lastEndpoint).not.toMatch(/0\.0\.0\.0|\[::\]/)
  })
})

// That of the reference says it only when its program touches it.
itOurs('zerowire: a welcome message of PUB, set by number, is said first', async () => {
  const publisher = open(ours, 'Publisher')
  ;(publisher as unknown as { setStringOption(id: number, value: string): void }).setStringOption(
    ...([72, 'welcome'] as const),
  )
  const subscriber = open(ours, 'Subscriber')
  subscriber.subscribe()
  subscriber.connect(await bindFresh(publisher))
  expect(await receiveTexts(subscriber)).toEqual(['welcome'])
})
