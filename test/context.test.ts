import { describe, expect, it } from 'vitest'
import { native, ours, type Implementation } from './support/implementations.js'

/** A context with what it has only for subclasses. */
interface Numbered {
  getBoolOption(option: unknown): boolean
  setBoolOption(option: unknown, value: unknown): void
  getInt32Option(option: unknown): number
  setInt32Option(option: unknown, value: unknown): void
}

const implementations = [
  { name: 'zerowire', library: ours },
  { name: 'reference', library: native },
]

const invalid = expect.objectContaining({ code: 'EINVAL' }) as Error

function open(library: Implementation): { context: native.Context; numbered: Numbered } {
  const context = new library.Context()
  return { context, numbered: context as unknown as Numbered }
}

describe.each(implementations)('a context of $name', ({ library }) => {
  it('has its options by their numbers', () => {
    const { numbered } = open(library)
    expect([1, 2, 3, 5, 42, 70].map((number) => numbered.getInt32Option(number))).toEqual([
      1, 1023, 65_535, 2_147_483_647, 0, 1,
    ])
    expect([42, 70, 1].map((number) => numbered.getBoolOption(number))).toEqual([false, true, true])
  })

  it('takes them by their numbers, numbers for booleans and the other way round', () => {
    const { context, numbered } = open(library)
    numbered.setInt32Option(2, 5)
    numbered.setInt32Option(42, 1)
    numbered.setBoolOption(70, false)
    numbered.setBoolOption(1, true)
    const { maxSockets, ipv6, blocky, ioThreads } = context
    expect({ maxSockets, ipv6, blocky, ioThreads }).toEqual({
      ...{ maxSockets: 5, ipv6: true, blocky: false, ioThreads: 1 },
    })
  })

  it('takes what is for I/O threads, and does not give it back', () => {
    const { context, numbered } = open(library)
    context.threadPriority = 1
    context.threadSchedulingPolicy = 0
    numbered.setInt32Option(3, 1)
    expect([context.threadPriority, context.threadSchedulingPolicy]).toEqual([undefined, undefined])
    expect(() => Object.assign(context, { threadPriority: 'high' })).toThrow(
      new TypeError('Option value must be a number'),
    )
    expect(() => (context.threadPriority = -5)).toThrow(invalid)
  })

  it('refuses other numbers, and other values', () => {
    const { context, numbered } = open(library)
    expect(() => numbered.getInt32Option(99)).toThrow(invalid)
    expect(() => {
      numbered.setInt32Option(99, 1)
    }).toThrow(invalid)
    expect(() => {
      numbered.setInt32Option(2, -1)
    }).toThrow(invalid)
    expect(() => (context.maxSockets = 0)).toThrow(invalid)
    expect(() => {
      numbered.setInt32Option(2, 'x')
    }).toThrow(new TypeError('Option value must be a number'))
    expect(() => {
      numbered.setBoolOption(42, 1)
    }).toThrow(new TypeError('Option value must be a boolean'))
    expect(() => numbered.getInt32Option('x')).toThrow(new TypeError('Identifier must be a number'))
  })

  it('wants its options as an object', () => {
    const Context = library.Context as unknown as new (options: unknown) => unknown
    expect(() => new Context(1)).toThrow(new TypeError('Options must be an object'))
  })
})
