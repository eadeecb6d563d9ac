import { describe, expect, it } from 'vitest'
import zmq, * as named from 'zerowire/v5-compat'
import * as dotted from 'zerowire/v5-compat.js'
import { version } from 'zerowire'
import { libraries, native, open } from '../support/v5-compat.js'

/** What Node adds to a CommonJS module that is imported. */
const ADDED = ['default', '__esModule', 'module.exports']

function plain(library: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(library).filter(([name]) => !ADDED.includes(name)))
}

describe('zerowire/v5-compat', () => {
  it('exports what the reference does', () => {
    const [ours, reference] = [plain(named), plain(native)]
    expect(Object.keys(ours).sort()).toEqual(Object.keys(reference).sort())
    for (const [name, value] of Object.entries(reference)) {
      if (typeof value === 'function') expect(ours[name]).toBeTypeOf('function')
      else expect({ [name]: ours[name] }).toEqual({ [name]: value })
    }
    expect(named.version).toBe(version)
  })

  it('is the default export as well, and has the file name of the reference', () => {
    expect(plain(zmq)).toEqual(plain(named))
    expect(dotted.Socket).toBe(named.Socket)
  })
})

describe.each(libraries)('$name', ({ zmq }) => {
  it('has two names for one function', () => {
    expect(zmq.socket).toBe(zmq.createSocket)
  })

  it('makes keys for CURVE', () => {
    const [one, another] = [zmq.curveKeypair(), zmq.curveKeypair()]
    expect(Object.keys(one).sort()).toEqual(['public', 'secret'])
    for (const key of [...Object.values(one), ...Object.values(another)]) {
      expect(key).toMatch(/^[\w.\-:+=^!/*?&<>()[\]{}@%$#]{40}$/)
    }
    expect(one).not.toEqual(another)
  })

  it('has one context, for settings', () => {
    expect(() => new zmq.Context()).toThrow('cannot be instantiated')
    expect(zmq.Context.getMaxThreads()).toBe(1)
    zmq.Context.setMaxThreads(3)
    expect(zmq.Context.getMaxThreads()).toBe(3)
    zmq.Context.setMaxThreads(1)
    const most = zmq.Context.getMaxSockets()
    zmq.Context.setMaxSockets(most - 1)
    expect(zmq.Context.getMaxSockets()).toBe(most - 1)
    zmq.Context.setMaxSockets(most)
  })

  it.each([
    ...(['pair', 'req', 'rep', 'pub', 'sub', 'dealer', 'xreq'] as const),
    ...(['router', 'xrep', 'pull', 'push', 'xpub', 'xsub', 'stream'] as const),
  ])('has sockets of type %s', (type) => {
    const socket = open(zmq, type)
    const constant = `ZMQ_${type.toUpperCase()}` as 'ZMQ_PAIR'
    expect(socket.getsockopt(zmq.ZMQ_TYPE)).toBe(zmq[constant])
  })
})
