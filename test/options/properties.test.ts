import { describe, expect, it } from 'vitest'
import { itOurs, ours, type AnySocket } from '../support/implementations.js'
import { libraries, optionRows, socketTypes, wrong } from '../support/option-table.js'
import { open } from '../support/scope.js'

type Bag = Record<string, unknown>

function bag(socket: AnySocket): Bag {
  return socket as unknown as Bag
}

const EINVAL = expect.objectContaining({
  code: 'EINVAL',
  errno: 22,
  message: 'Invalid argument',
}) as Error

const rows = libraries.flatMap(({ library, lib }) =>
  optionRows.map((row) => ({ ...row, library, lib, mine: library === 'zerowire' })),
)

describe.each(rows)('$library: $name, initially $initial', (row) => {
  const { name, lib, mine, initial, reading } = row
  const readable = mine || reading === undefined

  /** Made of every type; the first one is enough for what constructors refuse. */
  const each = (test: (socket: Bag) => void): void => {
    for (const type of row.types) test(bag(open(lib, type)))
  }
  const make = (options: Bag, type = row.types[0] ?? 'Pair'): Bag => bag(open(lib, type, options))

  it(readable ? 'is told' : `cannot be read: ${reading}`, () => {
    each((socket) => {
      if (readable) expect(socket[name]).toBe(initial)
      else if (reading === 'EINVAL') expect(() => socket[name]).toThrow(EINVAL)
      else expect(socket[name]).toBe(undefined)
    })
  })

  it('takes its values, as a property and in the constructor', () => {
    const taken = row.good.filter((value) => mine || !row.mended?.includes(value))
    const changed = [...taken.map((value) => [value, value] as const), ...(row.changed ?? [])]
    each((socket) => {
      for (const [given, read] of changed) {
        socket[name] = given
        if (readable) expect(socket[name]).toBe(read)
      }
    })
    for (const type of row.types) {
      const [given, read] = changed.at(-1) ?? [initial, initial]
      const socket = make({ [name]: given }, type)
      if (readable) expect(socket[name]).toBe(read)
    }
  })

  it('takes no others, and keeps what it has', () => {
    const refused = [...row.bad, ...(mine ? [] : (row.mended ?? []))]
    each((socket) => {
      for (const value of refused) expect(() => (socket[name] = value)).toThrow(EINVAL)
      if (readable) expect(socket[name]).toBe(initial)
    })
    for (const value of refused) expect(() => make({ [name]: value })).toThrow(EINVAL)
  })

  it('is of one type', () => {
    const error = new TypeError(`Option value must be a ${row.kind}`)
    each((socket) => {
      for (const value of wrong[row.kind]) expect(() => (socket[name] = value)).toThrow(error)
      if (readable) expect(socket[name]).toBe(initial)
    })
    expect(() => make({ [name]: wrong[row.kind][0] })).toThrow(error)
  })

  it('is unknown to all other types', () => {
    const others = socketTypes.filter(
      (type) => !optionRows.some((other) => other.name === name && other.types.includes(type)),
    )
    const error = new TypeError(`Cannot add property ${name}, object is not extensible`)
    for (const type of others) {
      const socket = bag(open(lib, type))
      expect(name in socket).toBe(false)
      expect(() => (socket[name] = row.good[0])).toThrow(error)
    }
    const [other] = others
    if (other !== undefined) expect(() => make({ [name]: row.good[0] }, other)).toThrow(error)
  })

  it('is a property of the class, not of the socket', () => {
    each((socket) => {
      expect(name in socket).toBe(true)
      expect(Object.keys(socket)).toEqual([])
    })
  })
})

describe.each(libraries)('$library: text and bytes', ({ lib, library }) => {
  it.each([
    { title: 'a Buffer', value: Buffer.from('né') },
    { title: 'a Uint8Array', value: new Uint8Array(Buffer.from('né')) },
  ])('are taken as $title', ({ value }) => {
    const socket = bag(open(lib, 'Dealer', { routingId: value, interface: value }))
    expect([socket['routingId'], socket['interface']]).toEqual(['né', 'né'])
    open(lib, 'XPublisher', { welcomeMessage: value })
    open(lib, 'Dealer', { tcpAcceptFilter: Buffer.from('127.0.0.1') })
  })

  it('are counted in bytes', () => {
    const socket = bag(open(lib, 'Dealer'))
    socket['interface'] = 'é'.repeat(8)
    expect(() => (socket['interface'] = 'é'.repeat(9))).toThrow(EINVAL)
  })

  it('do not change with the memory they were given in', () => {
    const memory = Buffer.from('before')
    const socket = bag(open(lib, 'Dealer', { routingId: memory }))
    memory.fill('x')
    expect(socket['routingId']).toBe('before')
  })

  it('verbosity takes two words and null, and lets others be', () => {
    const socket = bag(open(lib, 'XPublisher', { verbosity: 'allSubs' }))
    for (const value of ['none', '', undefined, 5, true]) socket['verbosity'] = value
    expect(socket['verbosity']).toBe(library === 'zerowire' ? 'allSubs' : undefined)
    for (const value of ['allSubsUnsubs', null]) {
      socket['verbosity'] = value
      expect(socket['verbosity']).toBe(library === 'zerowire' ? value : undefined)
    }
  })
})

describe.each(libraries)('$library: numbers', ({ lib }) => {
  it('are truncated', () => {
    const socket = bag(open(lib, 'Dealer'))
    for (const [given, read] of [
      [1.9, 1],
      [-0.9, 0],
      [-1.9, -1],
    ]) {
      socket['linger'] = given
      expect(socket['linger']).toBe(read)
    }
  })

  it.each(['vmciBufferSize', 'vmciBufferMinSize', 'vmciBufferMaxSize', 'vmciConnectTimeout'])(
    '%s is of VMware alone',
    (name) => {
      for (const type of socketTypes) {
        const socket = bag(open(lib, type))
        expect(name in socket).toBe(true)
        expect(() => socket[name]).toThrow(EINVAL)
        expect(() => (socket[name] = 5)).toThrow(EINVAL)
        expect(() => (socket[name] = '5')).toThrow(new TypeError('Option value must be a number'))
      }
    },
  )
})

// Those of the reference wrap around, or become 0.
itOurs('zerowire: numbers that are none are refused', () => {
  const socket = bag(open(ours, 'Dealer'))
  for (const value of [NaN, Infinity, -Infinity, 2 ** 32 + 5, 1e300]) {
    expect(() => (socket['linger'] = value)).toThrow(EINVAL)
  }
  expect(socket['linger']).toBe(-1)
})
