import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { describeOurs, ours, type Implementation } from '../support/implementations.js'
import { libraries, outcome, socketTypes } from '../support/option-table.js'
import { open } from '../support/scope.js'

type Bag = Record<string, unknown>
type Constructor = new (...args: unknown[]) => Bag & { close(): void }

function bag(socket: object): Bag {
  return socket as Bag
}

function classOf(lib: Implementation, name: keyof Implementation): Constructor {
  return lib[name] as unknown as Constructor
}

/** As programs without 'use strict' do it: what cannot be set is not, and nothing is said. */
function sloppily(socket: object, name: string): void {
  expect(Reflect.set(socket, name, 1)).toBe(false)
}

const readOnly = [
  ...(['type', 'lastEndpoint', 'securityMechanism', 'threadSafe'] as const),
  ...(['closed', 'readable', 'writable', 'events', 'context'] as const),
]

describe.each(libraries)('$library', ({ lib }) => {
  describe.each(socketTypes)('%s', (type) => {
    it('has no options that it does not know', () => {
      const message = 'TypeError: Cannot add property foo, object is not extensible'
      const socket = bag(open(lib, type))
      expect(outcome(() => (socket['foo'] = 1))).toBe(message)
      expect(outcome(() => open(lib, type, { foo: 1 }))).toBe(message)
      sloppily(socket, 'foo')
      expect(['foo' in socket, socket['foo']]).toEqual([false, undefined])
    })

    it.each(readOnly)('has %s only to read', (name) => {
      const message = `TypeError: Cannot set property ${name} of #<Socket> which has only a getter`
      const socket = bag(open(lib, type))
      const before = socket[name]
      expect(outcome(() => (socket[name] = 1))).toBe(message)
      if (name !== 'context') expect(outcome(() => open(lib, type, { [name]: 1 }))).toBe(message)
      sloppily(socket, name)
      expect(socket[name]).toBe(before)
    })

    it('keeps its methods', () => {
      const socket = bag(open(lib, type))
      for (const name of ['bind', 'connect', 'close', 'send', 'receive']) {
        expect(() => (socket[name] = 1)).toThrow(TypeError)
        sloppily(socket, name)
        expect(typeof socket[name]).toBe('function')
      }
    })

    it('shows nothing of itself', () => {
      const socket = open(lib, type)
      expect([Object.keys(socket), JSON.stringify(socket), Object.entries(socket)]).toEqual([
        [],
        '{}',
        [],
      ])
      expect([Object.isSealed(socket), Object.isFrozen(socket)]).toEqual([true, true])
      expect([
        Object.prototype.toString.call(socket),
        inspect(socket).startsWith(`${type} {`),
      ]).toEqual(['[object Object]', true])
      const seen: string[] = []
      for (const name in socket) seen.push(name)
      expect(seen.filter((name) => !['events', 'closed'].includes(name))).toEqual([])
    })

    it('takes options from any object, and of its own only what is its own', () => {
      const options = Object.create({ linger: 7 }) as Bag
      const initial = open(lib, type).linger
      expect(open(lib, type, options).linger).toBe(initial)
      expect(
        open(lib, type, {
          get linger() {
            return 7
          },
        }).linger,
      ).toBe(7)
      expect(open(lib, type, [] as unknown as Bag).linger).toBe(initial)
      expect(open(lib, type, undefined).linger).toBe(initial)
    })
  })

  it.each([['text'], [5], [true], [1n], [Symbol('options')]])('%o is no options', (options) => {
    expect(outcome(() => new (classOf(lib, 'Push'))(options))).toBe(
      'TypeError: Options must be an object',
    )
  })

  it('sets options in their order, and stops at the first that is wrong', () => {
    const order: string[] = []
    const options = {
      get linger() {
        order.push('linger')
        return 5
      },
      get backlog() {
        order.push('backlog')
        return -1
      },
      get ipv6() {
        order.push('ipv6')
        return true
      },
    }
    expect(outcome(() => open(lib, 'Push', options))).toBe('EINVAL: Invalid argument')
    expect(order.slice(0, 2)).toEqual(['linger', 'backlog'])
  })

  it('a class of one’s own has the options of its parent', () => {
    class Mine extends classOf(lib, 'Push') {}
    const socket = new Mine({ linger: 5 })
    expect([socket['linger'], 'backlog' in socket, 'receiveTimeout' in socket]).toEqual([
      ...[5, true, false],
    ])
    socket.close()
  })
})

describe.each(libraries)('sockets by number of $library', ({ lib }) => {
  const Socket = classOf(lib, 'Socket')

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])('%i is a type', (type) => {
    class Mine extends Socket {}
    const socket = new Mine(type, { linger: 5 })
    expect([socket['type'], socket['linger']]).toEqual([type, 5])
    socket.close()
  })

  it.each([[], ['5'], [{}], [null]])('%j is no number', (...args) => {
    expect(outcome(() => new Socket(...args))).toBe('TypeError: Socket type must be a number')
  })

  it('nor is one that no type has, or an argument too many', () => {
    expect(outcome(() => new Socket(4591))).toBe('EINVAL: Invalid argument')
    expect(outcome(() => new Socket(5, {}, 1))).toMatch(/^TypeError: Expected 2 arguments/)
  })
})

describeOurs('zerowire, unlike zeromq', () => {
  it('leaves the options it is given as they are', () => {
    const context = new ours.Context()
    const options = Object.freeze({ context, linger: 5 })
    expect(open(ours, 'Push', options).context).toBe(context)
    expect(options).toEqual({ context, linger: 5 })
  })

  it('has the default context when none is given', () => {
    expect(open(ours, 'Push', { context: undefined }).context).toBe(ours.context)
  })

  it.each([[null], [5], ['context'], [{}]])('%j is no context', (context) => {
    expect(outcome(() => open(ours, 'Push', { context }))).toBe('EINVAL: Invalid argument')
  })

  it('closed sockets still tell their context and their last events', async () => {
    const socket = open(ours, 'Push')
    const { events } = socket
    socket.close()
    expect([socket.context, socket.events]).toEqual([ours.context, events])
    expect(await events.receive()).toMatchObject({ type: 'end' })
  })
})
