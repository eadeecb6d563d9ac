import * as native from 'zeromq'
import { describe, expect, it } from 'vitest'
import { MemoryStore, TransferServer } from 'zerowire/patterns/file-transfer'
import type { Source, Store } from 'zerowire/patterns/file-transfer'
import { heldBytes } from '../../test/support/memory.js'
import { track } from '../../test/support/track.js'
import { deferred } from '../common/deferred.js'
import { crc32 } from './crc32.js'
import { content, serve, sha256, u32, u64 } from './test/ends.js'
import { until } from '../../test/support/turn.js'

const BYTES = content(3000)

type Request = readonly (string | Uint8Array)[]

/** A DEALER of libzmq that says what it likes. */
function dealerTo(address: string): native.Dealer {
  const dealer = track(new native.Dealer())
  dealer.connect(address)
  return dealer
}

async function versionOf(dealer: native.Dealer): Promise<string> {
  await dealer.send(['FT01', 'STAT', 'it'])
  const [, , version] = await dealer.receive()
  return String(version)
}

describe("a server of libzmq's DEALER", () => {
  it('answers as the README says', async () => {
    const { address } = await serve(new MemoryStore([['it', BYTES]]))
    const dealer = dealerTo(address)
    await dealer.send(['FT01', 'STAT', 'it'])
    const [protocol, command, version, ...rest] = await dealer.receive()
    expect([String(protocol), String(command), ...rest]).toEqual([
      ...['FT01', 'STAT', u64(3000), u32(32), u32(1_048_576)],
    ])
    const piece = BYTES.subarray(500, 1500)
    await dealer.send(['FT01', 'FETCH', 'it', String(version), u64(500), u32(1000)])
    expect(await dealer.receive()).toEqual([
      ...[protocol, Buffer.from('CHUNK'), u64(500), u32(crc32(piece)), Buffer.from(piece)],
    ])
    await dealer.send(['FT01', 'DIGEST', 'it', String(version), u64(1500)])
    expect(await dealer.receive()).toEqual([
      ...[protocol, Buffer.from('DIGEST'), u64(1500), sha256(BYTES.subarray(0, 1500))],
    ])
  })

  it.each<[string, Request]>([
    ['ENOENT', ['STAT', 'else']],
    ['ESTALE', ['FETCH', 'it', 'other', u64(0), u32(1)]],
    ['ESTALE', ['DIGEST', 'it', 'other', u64(0)]],
    ['EINVAL', ['FETCH', 'it', '', u64(3000), u32(1)]],
    ['EINVAL', ['FETCH', 'it', '', u64(2999), u32(2)]],
    ['EINVAL', ['FETCH', 'it', '', u64(0), u32(0)]],
    ['EINVAL', ['FETCH', 'it', '', u64(0), u32(1_048_577)]],
    ['EINVAL', ['FETCH', 'it', '', u64(2 ** 53 - 1), u32(1)]],
    ['EINVAL', ['DIGEST', 'it', '', u64(3001)]],
  ])('answers %s to %j', async (code, [command = '', name = '', version, ...numbers]) => {
    const { server, address } = await serve(new MemoryStore([['it', BYTES]]))
    const dealer = dealerTo(address)
    const known = version === '' ? await versionOf(dealer) : version
    await dealer.send(['FT01', command, name, ...(known === undefined ? [] : [known]), ...numbers])
    expect((await dealer.receive()).map(String)).toEqual(['FT01', 'ERROR', code])
    expect(server.stats.errors).toBe(1)
  })

  it('ignores, and counts, what is no request', async () => {
    const { server, address } = await serve(new MemoryStore([['it', BYTES]]))
    const dealer = dealerTo(address)
    const nonsense: Request[] = [
      ...[
        ['hello'],
        ['FT01'],
        ['FT01', 'STAT'],
        ['FT02', 'STAT', 'it'],
        ['FT01', 'STAT', 'it', ''],
      ],
      ...[
        ['FT01', 'FETCH', 'it'],
        ['FT01', 'FETCH', 'it', 'v', u32(0), u32(1)],
      ],
      ...[
        ['FT01', 'FETCH', 'it', 'v', u64(2n ** 64n - 1n), u32(1)],
        ['FT01', 'WAIT', 'it', 'v'],
      ],
      ...[
        ['FT01', 'FETCH', 'it', 'v'.repeat(65), u64(0), u32(1)],
        ['FT01', 'DIGEST', 'it', 'v', ''],
      ],
      ...[
        ['FT01', 'FETCH', 'it', 'v', u64(0), u32(1), ''],
        ['FT01', 'DIGEST', 'it', 'v', u64(0), ''],
      ],
    ]
    for (const request of nonsense) await dealer.send([...request])
    // The socket's own word for a client that has gone, which only takes back what it has asked for.
    await dealer.send('')
    await versionOf(dealer)
    expect(server.stats).toMatchObject({ malformed: nonsense.length, errors: 0 })
  })

  it('ends the connection of whoever sends more than a request has', async () => {
    const { server, address } = await serve(new MemoryStore([['it', BYTES]]))
    const dealer = dealerTo(address)
    const gone = new Promise<void>((resolve) => dealer.events.on('disconnect', () => resolve()))
    await dealer.send(['FT01', 'STAT', content(5000)])
    await gone
    expect(server.stats.malformed).toBe(0)
  })
})

/** A store whose sources are opened when it is told. */
function holding(store: Store): Store & { release(): void; opening: number } {
  const released = deferred<undefined>()
  return {
    opening: 0,
    release: () => released.resolve(undefined),
    async open(name): Promise<Source> {
      this.opening++
      await released.promise
      return store.open(name)
    },
  }
}

describe('a server is not to be worn out', () => {
  it('by requests beyond the credit', async () => {
    const store = holding(new MemoryStore([['it', BYTES]]))
    const { server, address } = await serve(store, { credit: 5 })
    const dealer = dealerTo(address)
    for (let count = 0; count < 20; count++) await dealer.send(['FT01', 'STAT', 'it'])
    for (let count = 0; count < 3; count++) {
      await dealer.send(['FT01', 'DIGEST', 'it', 'v', u64(0)])
    }
    await until(() => server.stats.beyondCredit === 17)
    store.release()
    for (let count = 0; count < 6; count++) await dealer.receive()
    expect(server.stats).toMatchObject({ errors: 1, beyondCredit: 17 })
  })

  it('by too many clients', async () => {
    const store = holding(new MemoryStore([['it', BYTES]]))
    const { server, address } = await serve(store, { clients: 2 })
    const dealers = [1, 2, 3].map(() => dealerTo(address))
    for (const dealer of dealers) await dealer.send(['FT01', 'STAT', 'it'])
    await until(() => server.stats.beyondCredit === 1)
    store.release()
    await until(() => store.opening === 2)
  })

  it('by clients that leave: what they wanted is forgotten', async () => {
    const store = holding(new MemoryStore([['it', BYTES]]))
    const { server, address } = await serve(store, { readers: 2, clients: 1 })
    const dealer = dealerTo(address)
    for (let count = 0; count < 20; count++) await dealer.send(['FT01', 'STAT', 'it'])
    await until(() => store.opening === 1)
    dealer.close()
    // There is room for another as soon as the server knows.
    const other = dealerTo(address)
    for (let refused = 0; store.opening < 2; refused++) {
      await other.send(['FT01', 'STAT', 'it'])
      await until(() => store.opening === 2 || server.stats.beyondCredit > refused)
    }
    store.release()
    await other.receive()
    // What was under way was finished, for nobody; none of the 19 others was begun.
    expect([store.opening, server.stats.errors]).toEqual([2, 0])
  })

  it('by one that takes long to hash: others get their chunks', async () => {
    const sound = new MemoryStore([['it', BYTES]])
    const begun = deferred<AbortSignal>()
    const store: Store = {
      async open(name) {
        const source = await sound.open(name)
        const digest: Source['digest'] = (_length, signal) =>
          new Promise((_resolve, reject) => {
            begun.resolve(signal)
            signal.addEventListener('abort', () => reject(new Error('gone')))
          })
        return { ...source, digest }
      },
    }
    const { server, address } = await serve(store, { readers: 1, hashers: 1 })
    const dealer = dealerTo(address)
    const version = await versionOf(dealer)
    await dealer.send(['FT01', 'DIGEST', 'it', version, u64(3000)])
    const signal = await begun.promise
    const other = dealerTo(address)
    await other.send(['FT01', 'FETCH', 'it', version, u64(0), u32(1)])
    expect(String((await other.receive())[1])).toBe('CHUNK')
    expect(signal.aborted).toBe(false)
    dealer.close()
    await until(() => signal.aborted)
    expect(server.stats.errors).toBe(0)
  })

  it('by work under way when it ends', async () => {
    const store = holding(new MemoryStore([['it', BYTES]]))
    const server = new TransferServer(store)
    const dealer = dealerTo(await server.bind('tcp://127.0.0.1:*'))
    await dealer.send(['FT01', 'STAT', 'it'])
    await until(() => store.opening === 1)
    const closed = server.close()
    store.release()
    await closed
  })

  it('by one that does not read: its memory has an end', async () => {
    const size = 200_000
    const { server, address } = await serve(new MemoryStore([['it', content(size)]]), { credit: 4 })
    const dealer = track(new native.Dealer({ receiveHighWaterMark: 1, receiveBufferSize: 1 }))
    dealer.connect(address)
    const version = await versionOf(dealer)
    const before = heldBytes()
    const requests = 400
    for (let asked = 0; asked < requests; asked++) {
      await dealer.send(['FT01', 'FETCH', 'it', version, u64(0), u32(size)])
      // In the credit: what is not read is no reason to count.
      await until(() => server.stats.chunks + server.stats.beyondCredit > asked)
    }
    expect(server.stats.undelivered).toBeGreaterThan(requests / 2)
    // Credit and other answers, what the system has taken, and what is being read.
    expect(heldBytes() - before).toBeLessThan(20 * size)
  })
})
