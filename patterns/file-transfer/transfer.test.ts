import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MemorySink,
  MemoryStore,
  TransferServer,
  TransferClient,
  type Progress,
  type Store,
} from 'zerowire/patterns/file-transfer'
import { holdsLater } from '../../test/support/property.js'
import { trackAll } from '../common/test/tracked.js'
import { clientOf, content, serve, sha256 } from './test/ends.js'

const SIZE = 1_000_003

async function sinkWith(bytes: Uint8Array): Promise<MemorySink> {
  const sink = new MemorySink()
  await sink.write(bytes)
  return sink
}

describe('a transfer', () => {
  it('brings all bytes, and tells how far it is', async () => {
    const bytes = content(SIZE)
    const { server, address } = await serve(new MemoryStore([['a/b', bytes]]))
    const sink = new MemorySink()
    const progress: Progress[] = []
    const fetched = await clientOf(address).fetch('a/b', sink, {
      onProgress: (state) => progress.push(state),
    })
    expect(fetched).toEqual({
      ...{ size: SIZE, digest: new Uint8Array(sha256(bytes)), resumed: 0 },
      ...{ retries: 0, restarts: 0, malformed: 0 },
    })
    expect(Buffer.compare(sink.bytes, bytes)).toBe(0)
    expect(progress.map(({ received }) => received)).toEqual([
      ...[0, 250_000, 500_000, 750_000, 1_000_000, SIZE],
    ])
    expect(progress.at(-1)).toEqual({ received: SIZE, total: SIZE, resumed: 0 })
    expect(server.stats).toEqual({
      ...{ chunks: 5, bytes: SIZE, digests: 1, errors: 0 },
      ...{ malformed: 0, beyondCredit: 0, undelivered: 0 },
    })
  })

  it('gives the sink what the source has, whatever is in it before', async () => {
    const store = new MemoryStore()
    const { address } = await serve(store)
    const size = fc.integer({ min: 0, max: 5000 })
    const count = fc.integer({ min: 1, max: 900 })
    const property = fc.asyncProperty(
      ...[size, size, count, count, fc.boolean()],
      async (length, before, chunk, pipeline, same) => {
        const bytes = content(length)
        store.set('it', bytes)
        const there = same ? bytes.subarray(0, before) : content(before, 2)
        const sink = await sinkWith(there)
        const { resumed } = await clientOf(address, { chunk, pipeline }).fetch('it', sink)
        expect(Buffer.compare(sink.bytes, bytes)).toBe(0)
        if (same) expect(resumed).toBe(there.length)
      },
    )
    await holdsLater(property)
  })

  it('asks ahead as far as the server lets it', async () => {
    const bytes = content(SIZE)
    const limits = { credit: 1, largestChunk: 77_777 }
    const { server, address } = await serve(new MemoryStore([['it', bytes]]), limits)
    const sink = new MemorySink()
    await clientOf(address).fetch('it', sink)
    expect(Buffer.compare(sink.bytes, bytes)).toBe(0)
    expect(server.stats).toMatchObject({ chunks: Math.ceil(SIZE / 77_777), beyondCredit: 0 })
  })

  it('of many at a time, by many', async () => {
    const names = Array.from({ length: 12 }, (_, at) => `file ${at}`)
    const { server, address } = await serve(
      new MemoryStore(names.map((name, at) => [name, content(40_000 + at, at)])),
    )
    const clients = [1, 2, 3].map(() => clientOf(address, { chunk: 1000 }))
    const transfers = clients.flatMap((client) =>
      names.map(async (name, at) => {
        const sink = new MemorySink()
        await client.fetch(name, sink)
        expect(Buffer.compare(sink.bytes, content(40_000 + at, at))).toBe(0)
      }),
    )
    await Promise.all(transfers)
    expect(server.stats).toMatchObject({ errors: 0, beyondCredit: 0 })
  })

  it('of what is not there, or is too large, fails at once', async () => {
    const { address } = await serve(new MemoryStore([['it', content(11)]]))
    const client = clientOf(address, { largest: 10 })
    await expect(client.fetch('else', new MemorySink())).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(client.fetch('it', new MemorySink())).rejects.toMatchObject({ code: 'EFBIG' })
  })

  it('fails of what its sink, its caller or its store fails of', async () => {
    const sound = new MemoryStore([['it', content(11)]])
    const store: Store = {
      open: (name) =>
        sound.has(name) ? sound.open(name) : Promise.reject(new Error('the secret of /srv/files')),
    }
    const { server, address } = await serve(store)
    const client = clientOf(address, { retries: 2 })
    await expect(client.fetch('it', new MemorySink(10))).rejects.toThrow('more than 10 bytes')
    const onProgress = () => {
      throw new Error('no more')
    }
    await expect(client.fetch('it', new MemorySink(), { onProgress })).rejects.toThrow('no more')
    const failed = client.fetch('else', new MemorySink())
    await expect(failed).rejects.toMatchObject({
      code: 'EIO',
      message: 'the server cannot read it',
    })
    expect(server.stats.errors).toBe(3)
  })
})

describe('a transfer that was broken off', () => {
  it('by its caller goes on where it was', async () => {
    const bytes = content(SIZE)
    const { server, address } = await serve(new MemoryStore([['it', bytes]]))
    const client = clientOf(address, { chunk: 50_000, pipeline: 2 })
    const sink = new MemorySink()
    const controller = new AbortController()
    const broken = client.fetch('it', sink, {
      signal: controller.signal,
      onProgress({ received }) {
        if (received === 300_000) controller.abort(new Error('enough'))
      },
    })
    await expect(broken).rejects.toThrow('enough')
    expect(sink.size).toBe(300_000)
    const before = server.stats.bytes
    expect(await client.fetch('it', sink)).toMatchObject({ resumed: 300_000 })
    expect(Buffer.compare(sink.bytes, bytes)).toBe(0)
    // What was on its way when it was broken off was read, too.
    expect(server.stats.bytes - before).toBeLessThanOrEqual(SIZE - 300_000 + 100_000)
    const aborted = client.fetch('it', sink, { signal: AbortSignal.abort(new Error('never')) })
    await expect(aborted).rejects.toThrow('never')
  })

  it('by the end of its client', async () => {
    const { address } = await serve(new MemoryStore([['it', content(SIZE)]]))
    const client = clientOf(address)
    const sink = new MemorySink()
    const broken = client.fetch('it', sink, { onProgress: () => void client.close() })
    await expect(broken).rejects.toMatchObject({ code: 'ECANCELED' })
    expect(() => client.fetch('it', sink)).toThrow('the client was closed')
    await client[Symbol.asyncDispose]()
  })

  it('by the end of its server goes on with the next one', async () => {
    const bytes = content(SIZE)
    const store = new MemoryStore([['it', bytes]])
    const { server, address } = await serve(store)
    const next = trackAll(new TransferServer(store))
    const sink = new MemorySink()
    let restarted: Promise<string> | undefined
    const fetched = await clientOf(address, { chunk: 50_000, pipeline: 2 }).fetch('it', sink, {
      onProgress({ received }) {
        if (received >= 200_000) restarted ??= server.close().then(() => next.bind(address))
      },
    })
    await restarted
    expect(fetched.retries).toBeGreaterThan(0)
    expect(fetched.restarts).toBe(0)
    expect(Buffer.compare(sink.bytes, bytes)).toBe(0)
  })
})

describe('a source that changes under way', () => {
  const options = { chunk: 1000, pipeline: 2 }

  it('is fetched anew', async () => {
    const store = new MemoryStore([['it', content(20_000)]])
    const { address } = await serve(store)
    const sink = new MemorySink()
    const fetched = await clientOf(address, options).fetch('it', sink, {
      onProgress({ received, total }) {
        if (received === 5000 && total === 20_000) store.set('it', content(30_000, 2))
      },
    })
    expect(fetched).toMatchObject({ size: 30_000, restarts: 1, resumed: 0 })
    expect(Buffer.compare(sink.bytes, content(30_000, 2))).toBe(0)
  })

  it('is gone on with if it has only become longer', async () => {
    const store = new MemoryStore([['it', content(20_000)]])
    const { address } = await serve(store)
    const sink = new MemorySink()
    const fetched = await clientOf(address, options).fetch('it', sink, {
      onProgress({ received, total }) {
        if (received === 5000 && total === 20_000) store.set('it', content(30_000))
      },
    })
    expect(fetched.restarts).toBe(1)
    expect(fetched.resumed).toBeGreaterThanOrEqual(5000)
    expect(Buffer.compare(sink.bytes, content(30_000))).toBe(0)
  })

  it('again and again is given up', async () => {
    const store = new MemoryStore([['it', content(20_000)]])
    const { address } = await serve(store)
    let changes = 0
    const failed = clientOf(address, { ...options, restarts: 2 }).fetch('it', new MemorySink(), {
      onProgress({ received }) {
        if (received > 0) store.set('it', content(20_000, ++changes))
      },
    })
    await expect(failed).rejects.toMatchObject({ code: 'ESTALE' })
  })

  it('to nothing is given up', async () => {
    const store = new MemoryStore([['it', content(20_000)]])
    const { address } = await serve(store)
    const failed = clientOf(address, options).fetch('it', new MemorySink(), {
      onProgress: () => void store.delete('it'),
    })
    await expect(failed).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('options', () => {
  it.each([
    ...[{ credit: 0 }, { largestChunk: 1.5 }, { readers: -1 }, { hashers: Number.NaN }],
    ...[{ clients: 0 }, { waitInterval: 0 }],
  ])('of a server: not %o', (options) => {
    expect(() => new TransferServer(new MemoryStore(), options)).toThrow(RangeError)
  })

  it.each([
    ...[{ chunk: 0 }, { pipeline: 0 }, { timeout: -1 }, { retries: -1 }, { retryInterval: 0 }],
    ...[{ restarts: 0.5 }, { largest: Infinity }],
  ])('of a client: not %o', (options) => {
    expect(() => new TransferClient('tcp://127.0.0.1:1', options)).toThrow(RangeError)
  })

  it('names have a length, addresses a form', async () => {
    const client = new TransferClient('nowhere')
    expect(() => client.fetch('', new MemorySink())).toThrow(RangeError)
    expect(() => client.fetch('ü'.repeat(2049), new MemorySink())).toThrow(RangeError)
    await expect(client.fetch('it', new MemorySink())).rejects.toMatchObject({ code: 'EINVAL' })
  })

  it('a server has one endpoint, and ends once', async () => {
    const { server, address } = await serve(new MemoryStore())
    await expect(server.bind('tcp://127.0.0.1:*')).rejects.toThrow(`already bound to ${address}`)
    await server[Symbol.asyncDispose]()
    await server.close()
  })
})
