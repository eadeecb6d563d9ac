import { describe, expect, it } from 'vitest'
import { ManualClock, type Clock } from 'zerowire/patterns/clock'
import {
  MemorySink,
  MemoryStore,
  type Source,
  type Store,
  type TransferClientOptions,
} from 'zerowire/patterns/file-transfer'
import { deferred } from '../common/deferred.js'
import { crc32 } from './crc32.js'
import { clientOf, content, liar, serve, sha256, u32, u64 } from './test/ends.js'
import { until } from '../../test/support/turn.js'

type Frame = string | Uint8Array
type Answers = readonly (readonly Frame[])[]

const BYTES = content(5000)
const CHUNK = 1000

/** What an honest server says of `BYTES`. */
function honest(request: Buffer[]): Answers {
  const [, command, , , first, second] = request
  const number = first?.length === 8 ? Number(first.readBigUInt64BE()) : 0
  switch (String(command)) {
    case 'STAT':
      return [['STAT', 'version', u64(BYTES.length), u32(10), u32(CHUNK)]]
    case 'FETCH':
      return [chunk(number, BYTES.subarray(number, number + (second?.readUInt32BE() ?? 0)))]
    default:
      return [['DIGEST', u64(number), sha256(BYTES.subarray(0, number))]]
  }
}

function chunk(offset: number, bytes: Uint8Array, checksum = crc32(bytes)): Frame[] {
  return ['CHUNK', u64(offset), u32(checksum), bytes]
}

/** Lies instead of each answer to a command, or instead of one of them. */
function lying(command: string, lie: (truth: readonly Frame[]) => Answers, times = Infinity) {
  let lies = 0
  return (request: Buffer[]): Answers => {
    const truth = honest(request)
    return String(request[1]) === command && lies++ < times
      ? truth.flatMap((one) => lie(one))
      : truth
  }
}

function damaged([command = '', offset = '', checksum = '', bytes]: readonly Frame[]): Answers {
  const other = Uint8Array.from(bytes as Uint8Array)
  other[7] = (other[7] ?? 0) ^ 1
  return [[command, offset, checksum, other]]
}

function fetch(
  address: string,
  sink: MemorySink,
  options: TransferClientOptions = {},
): ReturnType<ReturnType<typeof clientOf>['fetch']> {
  return clientOf(address, { chunk: CHUNK, pipeline: 2, retries: 2, ...options }).fetch('it', sink)
}

describe("a client of libzmq's ROUTER", () => {
  it('asks as the README says', async () => {
    const requests: Buffer[][] = []
    const address = await liar((request) => {
      requests.push(request)
      return honest(request)
    })
    const sink = new MemorySink()
    await sink.write(BYTES.subarray(0, 3500))
    await fetch(address, sink, { chunk: 999 })
    expect(Buffer.compare(sink.bytes, BYTES)).toBe(0)
    const [protocol, name, version] = ['FT01', 'it', 'version'].map((text) => Buffer.from(text))
    expect(requests).toEqual([
      [protocol, Buffer.from('STAT'), name],
      [protocol, Buffer.from('DIGEST'), name, version, u64(3500)],
      [protocol, Buffer.from('FETCH'), name, version, u64(3500), u32(999)],
      [protocol, Buffer.from('FETCH'), name, version, u64(4499), u32(501)],
      [protocol, Buffer.from('DIGEST'), name, version, u64(5000)],
    ])
  })

  it.each<[string, (request: Buffer[]) => Answers]>([
    ['a damaged chunk', lying('FETCH', damaged, 2)],
    ['a chunk too short', lying('FETCH', ([, at = '']) => [['CHUNK', at, u32(0), '']], 2)],
    ['a chunk of elsewhere', lying('FETCH', () => [chunk(4000, BYTES.subarray(4000))], 2)],
    ['a chunk twice', lying('FETCH', (truth) => [truth, truth], 1)],
    ['a chunk too large for any', lying('FETCH', () => [chunk(0, content(CHUNK + 999))], 2)],
    ['an error of its disk', lying('FETCH', () => [['ERROR', 'EIO']], 2)],
    ['an error nobody knows', lying('STAT', () => [['ERROR', 'ENOTTY']], 2)],
    ['a checksum of less', lying('DIGEST', () => [['DIGEST', u64(1), sha256(BYTES)]], 2)],
    ['a change that is none', lying('FETCH', () => [['ERROR', 'ESTALE']], 2)],
  ])('asks anew after %s', async (_lie, answers) => {
    const sink = new MemorySink()
    const { retries, restarts } = await fetch(await liar(answers), sink)
    expect(Buffer.compare(sink.bytes, BYTES)).toBe(0)
    expect({ retries: retries > 0, restarts }).toEqual({ retries: true, restarts: 0 })
  })

  it('begins anew when all of it has another checksum than what was sent', async () => {
    const lie = lying(
      'DIGEST',
      ([, length = '']) => [['DIGEST', length, sha256(BYTES.subarray(1))]],
      1,
    )
    const sink = new MemorySink()
    expect(await fetch(await liar(lie), sink)).toMatchObject({ restarts: 1, resumed: 0 })
    expect(Buffer.compare(sink.bytes, BYTES)).toBe(0)
  })

  it.each<[string, string, (request: Buffer[]) => Answers]>([
    ['EBADMSG', 'damaged chunks only', lying('FETCH', damaged)],
    [
      'EPROTO',
      'chunks too long',
      lying('FETCH', ([, at = '']) => [['CHUNK', at, u32(0), content(CHUNK + 1)]]),
    ],
    [
      'EPROTO',
      'chunks beyond the end',
      lying('STAT', () => [['STAT', 'v', u64(2 ** 40), u32(10), u32(CHUNK)]]),
    ],
    [
      'ECONNRESET',
      'chunks too large for any',
      lying('FETCH', () => [chunk(0, content(CHUNK + 999))]),
    ],
    [
      'EFBIG',
      'an endless size',
      lying('STAT', () => [['STAT', 'v', u64(2 ** 53 - 1), u32(1), u32(1)]]),
    ],
    [
      'ESTALE',
      'wrong checksums',
      lying('DIGEST', ([, at = '']) => [['DIGEST', at, sha256(BYTES.subarray(1))]]),
    ],
    ['EACCES', 'a refusal', lying('STAT', () => [['ERROR', 'EACCES']])],
    ['EINVAL', 'no understanding', lying('STAT', () => [['ERROR', 'EINVAL']])],
  ])('gives up with %s when there are %s', async (code, _lie, answers) => {
    await expect(fetch(await liar(answers), new MemorySink())).rejects.toMatchObject({ code })
  })

  it('gives up when each version is another one', async () => {
    let version = 0
    const lie = lying('STAT', ([, , ...rest]) => [['STAT', String(version++), ...rest]])
    const answers = (request: Buffer[]): Answers =>
      String(request[1]) === 'FETCH' && request[4]?.readBigUInt64BE() === 2000n
        ? [['ERROR', 'ESTALE']]
        : lie(request)
    await expect(fetch(await liar(answers), new MemorySink())).rejects.toMatchObject({
      code: 'ESTALE',
    })
  })

  it('ignores, and counts, what is no answer', async () => {
    const nonsense: Answers = [
      ...[[], ['STAT'], ['WAIT'], ['WAIT', ''], ['nonsense', 'x'], ['CHUNK', u32(0), u32(0), 'x']],
      ...[
        ['CHUNK', u64(0), u64(0), 'x'],
        ['DIGEST', u64(0), 'short'],
        ['CHUNK', u64(2n ** 60n), u32(0), ''],
      ],
      ...[
        ['STAT', '', u64(1), u32(1), u32(1)],
        ['STAT', 'v'.repeat(65), u64(1), u32(1), u32(1)],
      ],
      ...[
        ['STAT', 'v', u64(1), u32(0), u32(1)],
        ['STAT', 'v', u64(1), u32(1), u32(0)],
      ],
      ...[['STAT', 'v', u32(1), u32(1), u32(1)]],
    ]
    const answers = lying('STAT', (truth) => [...nonsense, truth], 1)
    const sink = new MemorySink()
    expect(await fetch(await liar(answers), sink)).toMatchObject({
      malformed: nonsense.length,
      retries: 0,
    })
    expect(Buffer.compare(sink.bytes, BYTES)).toBe(0)
  })

  it('gives up when the server is silent, as often as it may ask', async () => {
    const clock = new ManualClock()
    let requests = 0
    const address = await liar(() => {
      requests++
      return []
    })
    const options = { clock, timeout: 700, retryInterval: 50 }
    const failed = fetch(address, new MemorySink(), options).then(
      () => 'done',
      (error: unknown) => (error as { code?: unknown }).code,
    )
    for (let count = 1; count <= 3; count++) {
      await until(() => requests === count)
      clock.advance(699)
      expect(clock.pending).toBe(1)
      clock.advance(1)
      // The pause before the next attempt begins when the connection is closed.
      if (count < 3) await until(() => clock.pending === 1)
      clock.advance(50)
    }
    expect(await failed).toBe('ETIMEDOUT')
    expect([requests, clock.pending]).toEqual([3, 0])
  })

  it('waits for a checksum as long as the server says that it is being made', async () => {
    const clock = new ManualClock()
    const made = deferred<undefined>()
    let asked = false
    const sound = new MemoryStore([['it', BYTES]])
    const slow: Store = {
      open: async (name) => {
        const source = await sound.open(name)
        const digest: Source['digest'] = async (...args) => {
          asked = true
          await made.promise
          return source.digest(...args)
        }
        return { ...source, digest }
      },
    }
    const { address } = await serve(slow, { clock, waitInterval: 300 })
    let silences = 0
    const counting: Clock = {
      now: () => clock.now(),
      date: () => clock.date(),
      after(milliseconds, callback) {
        silences++
        return clock.after(milliseconds, callback)
      },
    }
    const sink = new MemorySink()
    const fetched = fetch(address, sink, { clock: counting, timeout: 700 })
    await until(() => asked)
    const before = silences
    for (let waits = 1; waits <= 5; waits++) {
      clock.advance(300)
      await until(() => silences === before + waits)
    }
    made.resolve(undefined)
    expect(await fetched).toMatchObject({ retries: 0, malformed: 0 })
  })
})
