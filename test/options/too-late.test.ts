import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest'
import { curveKeyPair } from 'zerowire'
import { describeOurs, ours, type AnySocket } from '../support/implementations.js'
import { libraries, optionRows, outcome, wrong } from '../support/option-table.js'
import { open } from '../support/scope.js'
import { bindFresh, deserted } from '../support/transports.js'

const LATE = 'Socket option will not take effect until next connect/bind.'
const ROUNDED =
  'Value is larger than Number.MAX_SAFE_INTEGER and may have been rounded inaccurately.'
const ENOTSOCK = 'ENOTSOCK: Socket operation on non-socket'

let emitWarning: MockInstance<typeof process.emitWarning>

beforeEach(() => {
  emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
})

afterEach(() => {
  emitWarning.mockRestore()
})

/** What was warned of since the last time. */
function warnings(): unknown[] {
  const said = emitWarning.mock.calls.map(([warning]) => warning)
  emitWarning.mockClear()
  return said
}

type Bag = Record<string, unknown>

/** One row an option, and a value that is taken by both as yet. */
const rows = libraries.flatMap(({ library, lib }) =>
  optionRows.map((row) => {
    const { good, initial, mended } = row
    const value = row.name === 'interface' ? initial : good.find((each) => !mended?.includes(each))
    return { ...row, library, lib, value, type: row.types[0] ?? 'Pair' }
  }),
)

/** Those that can be set to what they are. */
const settable = rows.filter(({ value, mended }) => !mended?.includes(value))

describe.each(settable)('$library: $name', ({ lib, name, type, value, bad, kind, immediate }) => {
  const expected = immediate ? [] : [LATE]
  const set =
    (socket: AnySocket, to: unknown, option = name) =>
    () => {
      ;(socket as unknown as Bag)[option] = to
    }

  it('before there is an endpoint warns of nothing', () => {
    const socket = open(lib, type, { [name]: value })
    set(socket, value)()
    expect(warnings()).toEqual([])
  })

  it(immediate ? 'counts at once' : 'warns when it comes too late', async () => {
    const socket = open(lib, type, { linger: 0 })
    socket.connect(deserted)
    warnings()
    set(socket, value)()
    expect(warnings()).toEqual(expected)
    socket.disconnect(deserted)
    set(socket, value)()
    expect(warnings()).toEqual([])

    // A server of CURVE cannot do without.
    if (name === 'curveServer') set(socket, curveKeyPair().secretKey, 'curveSecretKey')()
    const address = await bindFresh(socket)
    set(socket, value)()
    expect(warnings()).toEqual(expected)
    await socket.unbind(address)
    set(socket, value)()
    expect(warnings()).toEqual([])
  })

  it('warns before it is found to be out of range, not of a wrong type', () => {
    const socket = open(lib, type, { linger: 0 })
    socket.connect(deserted)
    warnings()
    for (const refused of bad) {
      expect(outcome(set(socket, refused))).toBe('EINVAL: Invalid argument')
      expect(warnings()).toEqual(expected)
    }
    for (const refused of wrong[kind]) {
      expect(outcome(set(socket, refused))).toBe(`TypeError: Option value must be a ${kind}`)
    }
    expect(warnings()).toEqual([])
  })

  it('of a closed socket is ENOTSOCK', () => {
    const socket = open(lib, type)
    socket.close()
    expect(outcome(set(socket, value))).toBe(ENOTSOCK)
    expect(warnings()).toEqual(expected)
    expect(outcome(set(socket, wrong[kind][0]))).toBe(`TypeError: Option value must be a ${kind}`)
    expect(warnings()).toEqual([])
  })
})

describe.each(rows)(
  '$library: $name of a closed socket',
  ({ library, lib, name, type, reading }) => {
    it('cannot be read', () => {
      const socket = open(lib, type)
      socket.close()
      // What the reference never tells it does not tell now.
      const untold = library === 'zeromq' && reading === 'undefined'
      expect(outcome(() => (socket as unknown as Bag)[name])).toBe(untold ? 'done' : ENOTSOCK)
    })
  },
)

describe.each(libraries)('$library: a closed socket', ({ lib }) => {
  it.each(['type', 'lastEndpoint', 'securityMechanism', 'threadSafe', 'vmciBufferSize'])(
    'has no %s',
    (name) => {
      const socket = open(lib, 'Dealer')
      socket.close()
      expect(outcome(() => (socket as unknown as Bag)[name])).toBe(ENOTSOCK)
    },
  )

  it('is closed, and neither readable nor writable', () => {
    const socket = open(lib, 'Publisher')
    socket.close()
    expect([socket.closed, socket.readable, socket.writable]).toEqual([true, false, false])
  })

  it('cannot subscribe', () => {
    const socket = open(lib, 'Subscriber')
    socket.close()
    expect(outcome(() => socket.subscribe('a'))).toBe(ENOTSOCK)
    expect(outcome(() => socket.unsubscribe())).toBe(ENOTSOCK)
    expect(warnings()).toEqual([])
  })

  it('has no verbosity, but for words that mean nothing', () => {
    const socket = open(lib, 'XPublisher')
    socket.close()
    const set = (value: unknown) => () => {
      ;(socket as unknown as Bag)['verbosity'] = value
    }
    for (const value of ['allSubs', 'allSubsUnsubs', null])
      expect(outcome(set(value))).toBe(ENOTSOCK)
    expect(outcome(set('none'))).toBe('done')
  })
})

// The reference binds in another thread, and what happens to its socket meanwhile may crash it.
describeOurs('zerowire: while it binds', () => {
  it('a socket can subscribe, and its options can be read', async () => {
    const socket = open(ours, 'Subscriber')
    const binding = socket.bind('tcp://127.0.0.1:*')
    socket.subscribe('a')
    expect([socket.linger, socket.type, warnings()]).toEqual([0, 2, []])
    await binding
  })

  it('its options come too late', async () => {
    const socket = open(ours, 'Subscriber')
    const binding = socket.bind('tcp://127.0.0.1:*')
    socket.backlog = 5
    socket.receiveTimeout = 5
    expect([socket.backlog, warnings()]).toEqual([5, [LATE]])
    await binding
  })
})

describe.each(libraries)('$library: affinity', ({ lib }) => {
  it.each([
    { given: 2 ** 53 - 1, read: 2 ** 53 - 1, said: [] },
    { given: 2 ** 53, read: 2 ** 53, said: [ROUNDED] },
    { given: 2 ** 63, read: 2 ** 63, said: [ROUNDED] },
    { given: 2 ** 64 + 2 ** 20, read: 2 ** 64, said: [ROUNDED] },
    { given: Infinity, read: 2 ** 64, said: [ROUNDED] },
    { given: -5, read: 0, said: [] },
  ])('of $given warns if it may be another', ({ given, read, said }) => {
    const socket = open(lib, 'Dealer') as unknown as Bag
    socket['affinity'] = given
    expect([socket['affinity'], warnings()]).toEqual([read, said])
  })

  it('is as large by number, and maxMessageSize warns of nothing', () => {
    const socket = open(lib, 'Dealer') as unknown as Bag & {
      setUint64Option(id: number, value: number): void
    }
    socket.setUint64Option(4, 2 ** 60)
    expect([socket['affinity'], warnings()]).toEqual([2 ** 60, [ROUNDED]])
    socket['maxMessageSize'] = 2 ** 60
    expect([socket['maxMessageSize'], warnings()]).toEqual([2 ** 60, []])
  })
})
