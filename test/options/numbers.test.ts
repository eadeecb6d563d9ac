import { describe, expect, it } from 'vitest'
import { native, ours, type SocketName } from '../support/implementations.js'
import { INT_MAX, libraries, outcome, socketTypes } from '../support/option-table.js'
import { open } from '../support/scope.js'

const kinds = ['Bool', 'Int32', 'Uint32', 'Int64', 'Uint64', 'String'] as const
type Kind = (typeof kinds)[number]

type ByNumber = Record<`get${Kind}Option`, (id: number) => unknown> &
  Record<`set${Kind}Option`, (id: unknown, value: unknown) => void>

/** What every kind is tried with. */
const values: Readonly<Record<Kind, readonly unknown[]>> = {
  Bool: [true, false],
  Int32: [-2, -1, 0, 1, 2, 3, 5, INT_MAX],
  Uint32: [0, 1, 5, 2 ** 32 - 1],
  Int64: [-5, -1, 0, 1, 5, 2 ** 53],
  Uint64: [-5, 0, 1, 5, 2 ** 53 - 1],
  String: [
    ...[null, '', 'x', 'lo', '127.0.0.1', 'X-a:b', 'X-a:', 'a:b'],
    // As long as an Int32, and as an Int64.
    ...['abcd', 'abcdefgh'],
    ...[16, 17, 255, 256, 2000].map((length) => 'x'.repeat(length)),
  ],
}

/** All numbers that libzmq has, and some that it has not. */
const numbers = [...Array.from({ length: 132 }, (_, index) => index - 1), 9999]

const REFUSED = 'EINVAL: Invalid argument'
const BEYOND = 'ENOTSUP: Operation not supported'

interface Trial {
  readonly type: SocketName
  readonly id: number
  readonly kind: Kind
  /** None when it is read. */
  readonly value?: unknown
  readonly theirs: string
  readonly mine: string
}

/** Where zerowire may differ, and why. Nothing else may. */
const differences: { why: string; holds: (trial: Trial) => boolean }[] = [
  {
    // FD, ROUTER_RAW, IPC_FILTER_PID, _UID, _GID
    why: 'JavaScript cannot have it',
    holds: ({ id, mine }) => [14, 41, 58, 59, 60].includes(id) && mine === BEYOND,
  },
  {
    why: 'a proxy, who we are to it and to others, and a domain are texts and no other bytes',
    holds: ({ id, kind }) => [45, 46, 55, 68, 99, 100].includes(id) && kind !== 'String',
  },
  {
    why: 'libzmq tells keys only to those who ask for exactly as many bytes, which the binding does not',
    holds: ({ id, value, theirs }) =>
      [48, 49, 50].includes(id) && value === undefined && theirs === REFUSED,
  },
  {
    why: 'libzmq cannot tell what it was set to, zerowire can',
    holds: ({ id, value, theirs }) =>
      value === undefined &&
      theirs === REFUSED &&
      [33, 38, 51, 52, 53, 56, 69, 71, 72, 73, 98, 108, 110, 111, 113, 114, 115].includes(id),
  },
  {
    why: 'the types of the reference allow null for the routing id and the domain of ZAP',
    holds: ({ id, value, mine }) => [5, 55].includes(id) && value === null && mine === 'done',
  },
  {
    why: 'REP has options of ROUTER by inheritance only, and without effect',
    holds: ({ type, id }) => type === 'Reply' && [33, 51, 56, 61, 97].includes(id),
  },
  {
    why: 'ROUTER_NOTIFY is of ROUTER alone',
    holds: ({ type, id, theirs }) => type !== 'Router' && id === 97 && theirs !== REFUSED,
  },
  {
    why: 'RECONNECT_STOP has three bits',
    holds: ({ id, value, theirs }) => id === 109 && value !== undefined && theirs === 'done',
  },
  {
    why: 'libzmq does not look how long XSUB_VERBOSE_UNSUBSCRIBE is',
    holds: ({ id, kind, theirs }) =>
      id === 115 && ['Int64', 'Uint64', 'String'].includes(kind) && theirs === 'done',
  },
  {
    why: 'a name of metadata is one of RFC 37',
    holds: ({ id, theirs }) => id === 95 && theirs === 'done',
  },
]

/** libzmq reads from a null pointer: XSUB_VERBOSE_UNSUBSCRIBE of nothing. */
function crashes(type: SocketName, id: number, value: unknown): boolean {
  return type === 'XSubscriber' && id === 115 && (value === null || value === '')
}

function pair(type: SocketName): { theirs: ByNumber; mine: ByNumber } {
  return {
    theirs: open(native, type) as unknown as ByNumber,
    mine: open(ours, type) as unknown as ByNumber,
  }
}

function unlike(trial: Trial): boolean {
  return trial.theirs !== trial.mine && !differences.some(({ holds }) => holds(trial))
}

describe.each(socketTypes)('by number, of %s', (type) => {
  it('every option can be read as what zeromq reads it as', () => {
    const { theirs, mine } = pair(type)
    const trials = numbers.flatMap((id) =>
      kinds.map((kind): Trial => {
        const read = (socket: ByNumber): string => outcome(() => socket[`get${kind}Option`](id))
        return { type, id, kind, theirs: read(theirs), mine: read(mine) }
      }),
    )
    expect(trials.filter(unlike)).toEqual([])
  })

  it.each(kinds)('every option takes as %s what zeromq takes, and then has it', (kind) => {
    const different: Trial[] = []
    for (const id of numbers) {
      const { theirs, mine } = pair(type)
      for (const value of values[kind]) {
        if (crashes(type, id, value)) continue
        const set = (socket: ByNumber): string =>
          outcome(() => {
            socket[`set${kind}Option`](id, value)
          })
        const trial: Trial = { type, id, kind, value, theirs: set(theirs), mine: set(mine) }
        if (unlike(trial)) different.push(trial)
        if (trial.theirs !== 'done' || trial.mine !== 'done') continue
        for (const other of readable(id, kind)) {
          const read = (socket: ByNumber): string => outcome(() => socket[`get${other}Option`](id))
          const after: Trial = { type, id, kind: other, theirs: read(theirs), mine: read(mine) }
          if (unlike(after)) different.push(after)
        }
      }
    }
    expect(different).toEqual([])
  })
})

/** As what to read an option that was set as one kind. */
function readable(id: number, kind: Kind): readonly Kind[] {
  // 64 bits are more than a number holds; bytes of text need not be text.
  if (id === 4 && kind === 'Int64') return []
  if (kind === 'String' || [5, 92].includes(id)) return [kind]
  return kinds
}

describe.each(libraries)('$library: by number', ({ lib }) => {
  it('IPV4ONLY is what IPV6 is not', () => {
    const socket = open(lib, 'Dealer')
    const numbered = socket as unknown as ByNumber
    expect([numbered.getBoolOption(31), socket.ipv6]).toEqual([true, false])
    numbered.setBoolOption(31, false)
    expect([numbered.getBoolOption(31), numbered.getInt32Option(31), socket.ipv6]).toEqual([
      ...[false, 0, true],
    ])
    socket.ipv6 = false
    expect(numbered.getBoolOption(31)).toBe(true)
    for (const value of [2, -1]) {
      expect(outcome(() => numbered.setInt32Option(31, value))).toBe(REFUSED)
    }
  })

  it('EVENTS says what is readable and writable', async () => {
    const [pull, push] = [open(lib, 'Pull'), open(lib, 'Push')]
    const events = (socket: unknown): unknown => (socket as ByNumber).getInt32Option(15)
    expect([events(pull), events(push), events(open(lib, 'Publisher'))]).toEqual([0, 0, 2])
    await pull.bind('inproc://events-by-number')
    push.connect('inproc://events-by-number')
    expect(events(push)).toBe(2)
    await push.send('hello')
    expect(events(pull)).toBe(1)
  })

  it('MECHANISM, TYPE and LAST_ENDPOINT can only be read', async () => {
    const socket = open(lib, 'Dealer')
    const numbered = socket as unknown as ByNumber
    expect([numbered.getInt32Option(43), numbered.getInt32Option(16)]).toEqual([0, 5])
    expect(numbered.getStringOption(32)).toBe(null)
    await socket.bind('inproc://last-by-number')
    expect(numbered.getStringOption(32)).toBe('inproc://last-by-number')
    expect(outcome(() => numbered.setInt32Option(16, 5))).toBe(REFUSED)
    expect(outcome(() => numbered.setStringOption(32, 'x'))).toBe(REFUSED)
  })

  it('SUBSCRIBE and UNSUBSCRIBE are what the methods do', async () => {
    const publisher = open(lib, 'XPublisher')
    const subscriber = open(lib, 'Subscriber')
    await publisher.bind('inproc://topics-by-number')
    const numbered = subscriber as unknown as ByNumber
    numbered.setStringOption(6, 'a')
    numbered.setInt32Option(6, 0x64636261)
    numbered.setStringOption(6, null)
    subscriber.connect('inproc://topics-by-number')
    const told = async (): Promise<string> => String((await publisher.receive())[0])
    const topics = [await told(), await told(), await told()]
    expect(topics.sort()).toEqual(['\u0001', '\u0001a', '\u0001abcd'])
    numbered.setStringOption(7, 'a')
    expect(await told()).toBe('\u0000a')
  })

  it('CONNECT_ROUTING_ID names the next peer to connect to', async () => {
    const router = open(lib, 'Router')
    const dealers = [open(lib, 'Dealer'), open(lib, 'Dealer')] as const
    for (const [index, dealer] of dealers.entries()) {
      await dealer.bind('tcp://127.0.0.1:*')
      ;(router as unknown as ByNumber).setStringOption(61, `peer ${String(index)}`)
      router.connect(dealer.lastEndpoint ?? '')
      await router.send([`peer ${String(index)}`, 'hello'])
      expect(String((await dealer.receive())[0])).toBe('hello')
    }
  })

  it.each(kinds)('get%sOption and its setter want a number', (kind) => {
    const numbered = open(lib, 'Dealer') as unknown as ByNumber
    const message = 'TypeError: Identifier must be a number'
    for (const id of ['17', undefined, null, true, {}, 17n]) {
      expect(outcome(() => numbered[`get${kind}Option`](id as number))).toBe(message)
      expect(outcome(() => numbered[`set${kind}Option`](id, values[kind][0]))).toBe(message)
    }
    const expected = { Bool: 'a boolean', String: 'a string or buffer' }
    const is = kind === 'Bool' || kind === 'String' ? expected[kind] : 'a number'
    for (const value of [undefined, {}, kind === 'String' ? 5 : '5']) {
      expect(outcome(() => numbered[`set${kind}Option`](17, value))).toBe(
        `TypeError: Option value must be ${is}`,
      )
    }
  })

  it('numbers are truncated, and wrap around', () => {
    const socket = open(lib, 'Dealer')
    const numbered = socket as unknown as ByNumber
    numbered.setInt32Option(17.9, 5.9)
    expect([socket.linger, numbered.getInt32Option(17.5)]).toEqual([5, 5])
    for (const [given, read] of [
      [2 ** 32 + 7, 7],
      [2 ** 32 - 1, -1],
      [NaN, 0],
      [Infinity, 0],
    ]) {
      numbered.setInt32Option(17, given)
      expect(socket.linger).toBe(read)
    }
  })
})
