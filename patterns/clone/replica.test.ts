import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytes } from '../../test/support/messages.js'
import { holds } from '../../test/support/property.js'
import { Replica, type Change, type Outcome } from './replica.js'
import { hugz, kthxbai, kvpub, kvsync, uuid } from './test/chp.js'

function replica(options: Partial<ConstructorParameters<typeof Replica>[0]> = {}) {
  const changes: Change[] = []
  const published: string[] = []
  const limits = { maxKeys: 100, maxBytes: 1000, maxWaiting: 100 }
  const one = new Replica(
    { subtree: '', consecutive: true, ...limits, ...options },
    {
      changed: (change) => changes.push(change),
      published: (name) => published.push(name),
    },
  )
  const update = (message: readonly string[]): Outcome => one.update(bytes(...message))
  const snapshot = (message: readonly string[]): Outcome => one.snapshot(bytes(...message))
  return { one, update, snapshot, changes, published, limits }
}

function contentOf({ table }: Replica): Record<string, string> {
  return Object.fromEntries(
    Array.from(table.entries.values(), ({ key, value }) => [key, String(value)]),
  )
}

// --- the model: a server is a list of changes, and its map the sum of the first so many of them

interface Step {
  readonly key: string
  readonly value: string
}

type Model = Record<string, string>

function modelAt(history: readonly Step[], sequence: number, subtree = ''): Model {
  const model: Model = {}
  for (const { key, value } of history.slice(0, sequence)) {
    if (!key.startsWith(subtree)) continue
    if (value === '') Reflect.deleteProperty(model, key)
    else model[key] = value
  }
  return model
}

const step = fc.record({
  key: fc.constantFrom('/a/1', '/a/2', '/b/1', '/b/2', 'c'),
  value: fc.constantFrom('', 'x', 'y', 'z'),
})

/** A server's history, and what of it a client comes to hear: all after `heardFrom`, and a snapshot at `snapshotAt`. */
const conversation = fc
  .array(step, { maxLength: 30 })
  .chain((history) =>
    fc.record({
      history: fc.constant(history),
      heardFrom: fc.nat({ max: history.length }),
      snapshotAt: fc.nat({ max: history.length }),
      repeats: fc.array(fc.boolean(), { maxLength: 30 }),
      turns: fc.array(fc.boolean(), { maxLength: 80 }),
    }),
  )
  .map((one) => ({ ...one, snapshotAt: Math.max(one.snapshotAt, one.heardFrom) }))

describe('a replica', () => {
  it.each(['', '/a/'])(
    'is as the server was at its number, whatever comes first, conversation after conversation (%s)',
    (subtree) => {
      const property = fc.property(
        fc.array(conversation, { minLength: 1, maxLength: 3 }),
        (all) => {
          const { one, update, snapshot, changes } = replica({
            subtree,
            consecutive: subtree === '',
          })
          const followed: Model = {}
          for (const { history, heardFrom, snapshotAt, repeats, turns } of all) {
            one.restart()
            expect(update(hugz)).toBe('subscribed')
            const updates = history
              .map(({ key, value }, at) => kvpub(key, at + 1, value))
              .filter(([key = '']) => key.startsWith(subtree))
              .flatMap((message, at) => (repeats[at] ? [message, hugz, message] : [message]))
              .filter(
                ([, text]) =>
                  Buffer.from(text ?? '', 'latin1').readUInt32BE(4) > heardFrom || text === hugz[1],
              )
            const synced = Object.entries(modelAt(history, snapshotAt, subtree))
            const snapshots = [
              ...synced.map(([key, value]) => kvsync(key, 0, value)),
              kthxbai(snapshotAt, subtree),
            ]
            let live = false
            while (updates.length + snapshots.length > 0) {
              const takeUpdate = snapshots.length === 0 || (updates.length > 0 && turns.pop())
              const outcome = takeUpdate
                ? update(updates.shift() ?? [])
                : snapshot(snapshots.shift() ?? [])
              expect(outcome).toMatch(/^(heard|stale|synchronized)$/)
              live ||= outcome === 'synchronized'
              if (live) expect(contentOf(one)).toEqual(modelAt(history, one.sequence, subtree))
            }
            expect(contentOf(one)).toEqual(modelAt(history, history.length, subtree))
          }
          for (const { key, value } of changes) {
            if (value) followed[key] = String(value)
            else Reflect.deleteProperty(followed, key)
          }
          expect(followed).toEqual(contentOf(one))
        },
      )
      holds(property, 300)
    },
  )

  it('stays as it was until a snapshot is complete, and then tells what is different', () => {
    const { one, update, snapshot, changes } = replica()
    update(hugz)
    snapshot(kvsync('kept', 1, 'a'))
    snapshot(kvsync('changed', 2, 'b'))
    snapshot(kvsync('lost', 3, 'c'))
    snapshot(kthxbai(3))
    expect(changes.splice(0).map(({ key }) => key)).toEqual(['kept', 'changed', 'lost'])
    one.restart()
    update(hugz)
    snapshot(kvsync('changed', 1, 'B'))
    snapshot(kvsync('kept', 2, 'a'))
    expect(contentOf(one)).toEqual({ kept: 'a', changed: 'b', lost: 'c' })
    snapshot(kthxbai(9))
    expect(contentOf(one)).toEqual({ kept: 'a', changed: 'B' })
    expect(
      changes.map(({ key, value, previous, sequence }) => [
        key,
        value && String(value),
        String(previous),
        sequence,
      ]),
    ).toEqual([
      ['lost', undefined, 'c', 9],
      ['changed', 'B', 'b', 9],
    ])
  })

  it('takes nothing that is not newer than the last', () => {
    const { one, update, snapshot } = replica()
    update(hugz)
    snapshot(kthxbai(5))
    update(kvpub('a', 6, 'x'))
    expect([4, 5, 6].map((sequence) => update(kvpub('a', sequence, 'y')))).toEqual(
      Array(3).fill('stale'),
    )
    expect(contentOf(one)).toEqual({ a: 'x' })
  })

  it('tells what was published, also of what it has already', () => {
    const { update, snapshot, published } = replica()
    update(hugz)
    update(kvpub('a', 1, 'x', { uuid: uuid('waits') }))
    expect(published).toEqual([])
    snapshot(kthxbai(1))
    update(kvpub('a', 2, 'y', { uuid: uuid('new') }))
    expect(update(kvpub('a', 1, 'x', { uuid: uuid('again') }))).toBe('stale')
    expect(published).toEqual([uuid('waits'), uuid('new'), uuid('again')])
  })

  it('notices gaps where it hears all, and only there', () => {
    const whole = replica()
    whole.update(hugz)
    whole.snapshot(kthxbai(5))
    expect(whole.update(kvpub('a', 7, 'x'))).toBe('gap')
    expect(contentOf(whole.one)).toEqual({})
    const early = replica()
    early.update(hugz)
    early.update(kvpub('a', 6, 'x'))
    early.update(kvpub('a', 8, 'x'))
    expect(early.snapshot(kthxbai(5))).toBe('gap')
    const part = replica({ subtree: '/a/', consecutive: false })
    part.update(hugz)
    part.snapshot(kthxbai(5, '/a/'))
    expect(part.update(kvpub('/a/1', 7, 'x'))).toBe('heard')
  })

  it('holds no more than it may, in keys, bytes and changes that wait', () => {
    const { update, snapshot, one, limits } = replica()
    update(hugz)
    for (let at = 0; at < limits.maxKeys; at++) snapshot(kvsync(`k${at}`, at, 'x'))
    expect(snapshot(kvsync('one more', 1, 'x'))).toBe('overflow')
    one.restart()
    update(hugz)
    expect(snapshot(kvsync('k', 1, 'x'.repeat(limits.maxBytes)))).toBe('overflow')
    expect(snapshot(kvsync('k', 1, 'x'.repeat(limits.maxBytes - 1)))).toBe('heard')
    snapshot(kthxbai(1))
    expect(one.table.bytes).toBe(limits.maxBytes)
    expect(update(kvpub('l', 2, 'x'))).toBe('overflow')
    // In place of what there is there is room.
    expect(update(kvpub('k', 2, 'y'.repeat(limits.maxBytes - 1)))).toBe('heard')
    expect(update(kvpub('k', 3, ''))).toBe('heard')
    expect([one.table.bytes, one.table.entries.size]).toEqual([0, 0])
    one.restart()
    update(hugz)
    for (let at = 1; at <= limits.maxWaiting; at++) expect(update(kvpub('k', at, ''))).toBe('heard')
    expect(update(kvpub('k', 101, ''))).toBe('overflow')
    one.restart()
    update(hugz)
    expect(update(kvpub('k', 1, 'x'.repeat(limits.maxBytes)))).toBe('overflow')
  })

  it('keeps no more memory than its values have', () => {
    const { one, update, snapshot } = replica()
    update(hugz)
    snapshot(kthxbai(0))
    const large = Buffer.alloc(1_000_000, 'x')
    const [key, sequence, id, properties] = bytes(...kvpub('k', 1, ''))
    one.update([key, sequence, id, properties, large.subarray(10, 20)] as Buffer[])
    expect(one.table.entries.get('k')?.value.buffer.byteLength).toBeLessThan(100)
    expect(contentOf(one)).toEqual({ k: 'xxxxxxxxxx' })
  })
})

describe('a replica of liars', () => {
  const key = 'k'.repeat(256)
  it.each([
    ['no frames', []],
    ['four frames', kvpub('k', 1, 'x').slice(0, 4)],
    ['six frames', [...kvpub('k', 1, 'x'), '']],
    ['no key', kvpub('', 1, 'x')],
    ['a key that is too long', kvpub(key, 1, 'x')],
    ['a key that is no text', kvpub('\xFF\xFE', 1, 'x')],
    ['a short number', ['k', '\x01', '', '', 'x']],
    ['a number beyond all counting', ['k', '\xFF'.repeat(8), '', '', 'x']],
    ['a short uuid', kvpub('k', 1, 'x', { uuid: 'short' })],
    ['very many properties', kvpub('k', 1, 'x', { properties: 'p'.repeat(1025) })],
    ['a word of the protocol', kvpub('KTHXBAI', 1, 'x')],
    ['a key of another subtree', kvpub('/other/k', 1, 'x')],
  ])('does not take %s', (_, message) => {
    const { one, update, snapshot } = replica({ subtree: '/a/', consecutive: false })
    expect(update(message)).toBe('malformed')
    update(hugz)
    expect([update(message), snapshot(message)]).toEqual(['malformed', 'malformed'])
    snapshot(kthxbai(0, '/a/'))
    expect(update(message)).toBe('malformed')
    expect(contentOf(one)).toEqual({})
  })

  it('takes no snapshot that it did not ask for, nor one of another subtree, nor empty values', () => {
    const { one, update, snapshot } = replica()
    expect(snapshot(kvsync('k', 1, 'x'))).toBe('malformed')
    expect(snapshot(kthxbai(1))).toBe('malformed')
    update(hugz)
    expect(snapshot(kvsync('k', 1, ''))).toBe('malformed')
    expect(snapshot(hugz)).toBe('malformed')
    expect(snapshot(kthxbai(1, '/a/'))).toBe('malformed')
    expect(snapshot(kthxbai(1))).toBe('synchronized')
    expect(snapshot(kvsync('k', 1, 'x'))).toBe('malformed')
    expect(contentOf(one)).toEqual({})
  })

  it('survives any frames', () => {
    const frame = fc.oneof(
      fc.constantFrom('HUGZ', 'KTHXBAI', 'k', '', ...hugz, uuid('u'), 'ttl=1\n'),
      fc.uint8Array({ maxLength: 20 }).map((some) => Buffer.from(some).toString('latin1')),
    )
    const message = fc.tuple(fc.boolean(), fc.array(frame, { maxLength: 7 }))
    holds(
      fc.property(fc.array(message), (messages) => {
        const { update, snapshot, one } = replica()
        for (const [isUpdate, frames] of messages) (isUpdate ? update : snapshot)(frames)
        expect(one.table.entries.size).toBeLessThanOrEqual(messages.length)
      }),
    )
  })
})
