import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TopicTable as SmallTopicTable } from '../../src/routing/small-topic-table.js'
import { TopicTable, type TopicId } from '../../src/routing/topic-table.js'
import { heldBytes } from '../support/memory.js'
import { holds } from '../support/property.js'
import { latin1, topic } from '../support/topics.js'

type Table = Pick<TopicTable<string>, keyof TopicTable<string>>

/** That of Node, and that of web pages. */
const tables = [
  { name: 'a table of topics', Tested: TopicTable<string> },
  { name: 'a small table of topics', Tested: SmallTopicTable<string> },
]

const MIB = 1_048_576

function set(table: Table, text: string, value = text): TopicId {
  const id = table.insert(latin1(text))
  table.set(id, value)
  return id
}

function matches(table: Table, subject: string): string[] {
  const values: string[] = []
  table.match(latin1(subject), (value) => values.push(value))
  expect(table.matches(latin1(subject))).toBe(values.length > 0)
  return values
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `topic-${String(index).padStart(6, '0')}`)
}

/** Bytes, and how many of them have been looked at. */
function watched(bytes: Uint8Array): { bytes: Uint8Array; read: () => number } {
  let read = 0
  const get = (target: Uint8Array, key: string | symbol): unknown => {
    if (typeof key === 'string' && key !== 'length') read++
    return Reflect.get(target, key) as unknown
  }
  return { bytes: new Proxy(bytes, { get }), read: () => read }
}

const step = fc.record({ do: fc.constantFrom('set', 'set', 'remove', 'match'), topic })

describe.each(tables)('$name', ({ Tested }) => {
  it('is a map of strings to whoever sets, finds, removes and matches', () => {
    holds(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const table: Table = new Tested()
        const model = new Map<string, string>()
        for (const [index, { do: action, topic: text }] of steps.entries()) {
          const found = table.find(latin1(text))
          expect(found === undefined ? undefined : table.get(found)).toBe(model.get(text))
          if (action === 'set') {
            const value = `${String(index)}:${text}`
            set(table, text, value)
            model.set(text, value)
          } else if (action === 'remove') {
            if (found !== undefined) table.remove(found)
            model.delete(text)
          } else {
            const expected = [...model].filter(([key]) => text.startsWith(key))
            expected.sort(([a], [b]) => a.length - b.length)
            expect(matches(table, text)).toEqual(expected.map(([, value]) => value))
          }
          expect(table.size).toBe(model.size)
        }
      }),
      500,
    )
  })

  it('ids keep their topic, whatever comes and goes around them', () => {
    holds(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const table: Table = new Tested()
        const held = new Map<string, TopicId>()
        for (const { do: action, topic: text } of steps) {
          const id = held.get(text)
          if (action === 'remove' && id !== undefined) {
            table.remove(id)
            held.delete(text)
          } else if (action === 'set') held.set(text, set(table, text))
          for (const [key, each] of held) {
            expect(table.find(latin1(key))).toBe(each)
            expect(latin1(key).equals(table.topic(each))).toBe(true)
          }
        }
      }),
    )
  })

  it('loses none of many that come and go', () => {
    const table: Table = new Tested()
    const all = numbered(20_000)
    for (const text of all) set(table, text)
    for (const text of all.filter((_, index) => index % 3 > 0)) {
      table.remove(table.find(latin1(text)) ?? -1)
    }
    for (const [index, text] of all.entries()) {
      expect(matches(table, `${text}!`)).toEqual(index % 3 === 0 ? [text] : [])
    }
    for (const text of all) set(table, text, 'again')
    expect(table.size).toBe(all.length)
    for (const text of all) expect(matches(table, text)).toEqual(['again'])
  })
})

describe.each(tables)('matching in $name', ({ Tested }) => {
  it.each([
    { topics: [''], subject: '', seen: [''] },
    { topics: [''], subject: 'anything', seen: [''] },
    { topics: ['a', 'ab', 'abc', 'b'], subject: 'abd', seen: ['a', 'ab'] },
    { topics: ['abc'], subject: 'ab', seen: [] },
    { topics: ['abc'], subject: 'abc', seen: ['abc'] },
    { topics: ['abcde', 'abxyz'], subject: 'abcdx', seen: [] },
    { topics: ['\0', '\0\0', '\xff'], subject: '\0\0\0', seen: ['\0', '\0\0'] },
    { topics: ['abcd', 'abcd\0', 'abcd\0\0\0'], subject: 'abcd\0\0', seen: ['abcd', 'abcd\0'] },
    {
      topics: ['\xff\xff\xff\xff\xff'],
      subject: '\xff\xff\xff\xff\xff',
      seen: ['\xff\xff\xff\xff\xff'],
    },
    { topics: ['é'], subject: 'é!', seen: ['é'] },
  ])('$topics in $subject', ({ topics, subject, seen }) => {
    const table: Table = new Tested()
    for (const text of topics) set(table, text)
    expect(matches(table, subject)).toEqual(seen)
  })
})

describe('matching in a large table', () => {
  it('reads no more of a subject than the longest topic has', () => {
    const table: Table = new TopicTable()
    for (const text of numbered(1000)) set(table, text)
    const subject = watched(latin1('topic-000500'.padEnd(MIB, '.')))
    const seen: string[] = []
    table.match(subject.bytes, (value) => seen.push(value))
    expect(seen).toEqual(['topic-000500'])
    // Hashed once, and compared with what has the same hash.
    expect(subject.read()).toBe(24)
  })
})

describe('memory', () => {
  it('of 200,000 topics of 12 bytes is less than 80 bytes each, and comes back', () => {
    const table: Table = new TopicTable()
    const topics = numbered(200_000).map(latin1)
    const before = heldBytes()
    for (const bytes of topics) table.set(table.insert(bytes), '')
    expect((heldBytes() - before) / topics.length).toBeLessThan(80)
    for (const bytes of topics) table.remove(table.find(bytes) ?? -1)
    expect(heldBytes() - before).toBeLessThan(MIB)
  })

  it('of long topics that are gone is not kept by short ones', () => {
    const table: Table = new TopicTable()
    const before = heldBytes()
    for (let round = 0; round < 16; round++) {
      const long = Buffer.alloc(MIB, 'x')
      long[0] = round
      const ids: TopicId[] = []
      for (let length = MIB; length >= 16; length /= 2) {
        const id = table.insert(long.subarray(0, length))
        table.set(id, '')
        ids.push(id)
      }
      for (const id of ids.slice(0, -1)) table.remove(id)
    }
    expect(heldBytes() - before).toBeLessThan(4 * MIB)
    expect(table.size).toBe(16)
  })
})

describe.each(tables)('topics of a hostile size in $name', ({ Tested }) => {
  it('one of a megabyte', () => {
    const table: Table = new Tested()
    const text = 'x'.repeat(MIB)
    const id = set(table, text, 'long')
    expect(matches(table, text)).toEqual(['long'])
    expect(matches(table, text.slice(1))).toEqual([])
    table.remove(id)
    expect(matches(table, text)).toEqual([])
  })

  it('a thousand of different lengths, each the beginning of the next', () => {
    const table: Table = new Tested()
    const depth = 1000
    for (let length = depth; length > 0; length--) set(table, 'x'.repeat(length), String(length))
    const seen = matches(table, 'x'.repeat(depth + 1))
    expect(seen).toEqual(Array.from({ length: depth }, (_, index) => String(index + 1)))
    for (let length = 1; length <= depth; length += 2) {
      table.remove(table.find(latin1('x'.repeat(length))) ?? -1)
    }
    expect(matches(table, 'x'.repeat(depth))).toHaveLength(depth / 2)
  })
})

describe('topics made to collide', () => {
  const BLOCKS = 12

  /**
   * A multiplication by an odd number leaves a change of the highest bit what it is. If a word were
   * multiplied once, the next could take back what became of it, whatever the hash begins with.
   */
  const CHANGE = [0x8000_0000, 0x8001_0000] as const

  /** One of 4096 topics: each bit of the number decides upon one block of eight bytes. */
  function chosen(number: number): Uint8Array {
    const words = new Uint32Array(2 * BLOCKS)
    for (let block = 0; block < BLOCKS; block++) {
      if ((number >> block) & 1) words.set(CHANGE, 2 * block)
    }
    return new Uint8Array(words.buffer)
  }

  it('do not', () => {
    const table = new TopicTable<number>()
    const count = 1 << BLOCKS
    for (let number = 0; number < count; number++) table.set(table.insert(chosen(number)), number)
    let read = 0
    for (let number = 0; number < count; number++) {
      const topic = watched(chosen(number))
      expect(table.get(table.find(topic.bytes) ?? -1)).toBe(number)
      read += topic.read()
    }
    // Each is hashed once and compared once, but for a few accidents.
    expect(read / count).toBeLessThan(8 * BLOCKS * 3)
  })
})
