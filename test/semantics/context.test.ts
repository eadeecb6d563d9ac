import { describe, expect, it } from 'vitest'
import { itOurs, native, ours, zerowire, type Implementation } from '../support/implementations.js'
import { track } from '../support/track.js'

/** A context with its options by number, which its types leave out. */
interface NumberedContext {
  getBoolOption(...args: unknown[]): boolean
  setBoolOption(...args: unknown[]): void
  getInt32Option(...args: unknown[]): number
  setInt32Option(...args: unknown[]): void
}

const numbered = ({ Context }: Implementation): NumberedContext =>
  new Context() as unknown as NumberedContext

const NAMES = [
  'ioThreads',
  'maxSockets',
  'maxSocketsLimit',
  'threadPriority',
  'threadSchedulingPolicy',
  'maxMessageSize',
  'ipv6',
  'blocky',
] as const

const VALUES = [0, 1, -1, 2, 1.7, 70_000, 2 ** 31 - 1, 2 ** 31, NaN, 'x', true, false, null, 5n]
const NUMBERS = [1, 2, 3, 4, 5, 42, 70, 99, -1, 'x', undefined]

/** What comes of it: a value, or what of the error programs can see. */
function outcome(what: () => unknown): unknown {
  try {
    return what()
  } catch (error) {
    const { code, errno, message } = error as NodeJS.ErrnoException
    return error instanceof TypeError ? `TypeError: ${message}` : { code, errno, message }
  }
}

describe('the options of a context are those of the reference', () => {
  const table = (library: Implementation, name: string): unknown[] => {
    const context = new library.Context() as unknown as Record<string, unknown>
    const set = (value: unknown) => () => {
      context[name] = value
      return context[name]
    }
    return [context[name], ...VALUES.map((value) => [value, outcome(set(value))])]
  }

  it.each(NAMES.filter((name) => name !== 'maxSocketsLimit'))('%s', (name) => {
    expect(table(ours, name)).toEqual(table(native, name))
  })

  it.each(NUMBERS)('by the number %s', (id) => {
    const each = (library: Implementation): unknown[] => {
      const context = numbered(library)
      return VALUES.map((value) => [
        outcome(() => context.setInt32Option(id, value)),
        outcome(() => context.getInt32Option(id)),
        outcome(() => context.setBoolOption(id, value)),
        outcome(() => context.getBoolOption(id)),
      ])
    }
    expect(each(ours)).toEqual(each(native))
  })

  it.each([
    {
      title: 'an unknown one',
      make: ({ Context }: Implementation) => new Context({ foo: 1 } as object),
    },
    { title: 'none at all', make: ({ Context }: Implementation) => new Context(null as never) },
    { title: 'what is no object', make: ({ Context }: Implementation) => new Context(5 as never) },
    {
      title: 'a value out of range',
      make: ({ Context }: Implementation) => new Context({ maxSockets: 0 }),
    },
    {
      title: 'one that can only be read',
      make: ({ Context }: Implementation) => new Context({ maxSocketsLimit: 5 } as object),
    },
  ])('$title, to the constructor', ({ make }) => {
    const failure = outcome(() => make(ours))
    expect(failure).not.toBeInstanceOf(ours.Context)
    expect(failure).toEqual(outcome(() => make(native)))
  })

  it('and are there for the constructor', () => {
    const options = { ioThreads: 2, maxSockets: 10, ipv6: true, blocky: false, threadPriority: 1 }
    for (const { Context } of [ours, native]) {
      expect(new Context(options)).toMatchObject({ ...options, threadPriority: undefined })
    }
  })
})

describe('a change takes effect', () => {
  const sockets = ({ Context, Push, Subscriber }: Implementation): unknown[] => {
    const context = new Context()
    const before = track(new Push({ context }))
    Object.assign(context, { blocky: false, ipv6: true })
    const between = track(new Push({ context }))
    Object.assign(context, { blocky: true, ipv6: false })
    const after = track(new Push({ context }))
    const subscriber = track(new Subscriber({ context }))
    return [before, between, after, subscriber].map(({ linger, ipv6 }) => ({ linger, ipv6 }))
  }

  it('of blocky and ipv6 for sockets made from then on', () => {
    expect(sockets(ours)).toEqual(sockets(native))
    expect(sockets(ours)[1]).toEqual({ linger: 0, ipv6: true })
  })

  // The reference heeds it until there is a first socket.
  itOurs('of maxSockets at once', () => {
    const context = new zerowire.Context({ maxSockets: 1 })
    const open = (): unknown => track(new zerowire.Push({ context }))
    open()
    expect(open).toThrow(expect.objectContaining({ code: 'EMFILE' }) as Error)
    context.maxSockets = 2
    open()
    context.maxSockets = 1
    expect(open).toThrow(expect.objectContaining({ code: 'EMFILE' }) as Error)
  })
})
