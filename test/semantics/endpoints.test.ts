import { existsSync, renameSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { itOurs, ours } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { open } from '../support/scope.js'
import {
  bindFresh,
  endpointOf,
  freshAddress,
  schemes,
  temporaryDirectory,
} from '../support/transports.js'

/** A port that is taken by somebody who is no ZeroMQ socket. */
async function takenPort(): Promise<string> {
  const server: Server = createServer()
  onTestFinished(() => {
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not a TCP port')
  return `tcp://127.0.0.1:${String(address.port)}`
}

const malformed = [
  '',
  'tcp',
  'tcp:/127.0.0.1:5555',
  '127.0.0.1:5555',
  'tcp://',
  'tcp://127.0.0.1',
  'tcp://127.0.0.1:',
  'tcp://127.0.0.1:port',
]

/** Here the reference finds a port in what is none. */
const malformedToBind = ['tcp://127.0.0.1: 5555', 'tcp://127.0.0.1:-1', 'tcp://127.0.0.1:65536']
const malformedToConnect = [...malformedToBind, 'tcp://127.0.0.1:0']

const unknownSchemes = ['foo://bar', 'http://127.0.0.1:80', 'TCP://127.0.0.1:5555']

interface Bindable {
  bind(address: string): Promise<void>
  bindSync(address: string): void
}

describe.each([
  { way: 'bind', bind: (socket: Bindable, address: string) => socket.bind(address) },
  {
    way: 'bindSync',
    // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown is a rejection
    bind: async (socket: Bindable, address: string) => {
      socket.bindSync(address)
    },
  },
])('$way refuses', ({ bind }) => {
  it.each(malformed)('%j with EINVAL', async (address) => {
    await expect(bind(open(ours, 'Pull'), address)).rejects.toMatchObject({
      code: 'EINVAL',
      message: 'Invalid argument',
      address,
    })
  })

  itOurs.each(malformedToBind)('%j with EINVAL', async (address) => {
    await expect(bind(open(ours, 'Pull'), address)).rejects.toMatchObject({ code: 'EINVAL' })
  })

  it.each(unknownSchemes)('%s with EPROTONOSUPPORT', async (address) => {
    await expect(bind(open(ours, 'Pull'), address)).rejects.toMatchObject({
      code: 'EPROTONOSUPPORT',
      message: 'Protocol not supported',
      address,
    })
  })

  it('an address in use with EADDRINUSE', async () => {
    const address = await takenPort()
    await expect(bind(open(ours, 'Pull'), address)).rejects.toMatchObject({
      code: 'EADDRINUSE',
      errno: 98,
      message: 'Address already in use',
      address,
    })
  })

  it.each(['tcp', 'inproc', 'ws'] as const)('%s where another socket is bound', async (scheme) => {
    const address = await bindFresh(open(ours, 'Pull'), scheme)
    await expect(bind(open(ours, 'Pull'), address)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  // The reference takes the path away from the living.
  itOurs('ipc where another socket is bound', async () => {
    const first = open(ours, 'Pull')
    const address = await bindFresh(first, 'ipc')
    await expect(bind(open(ours, 'Pull'), address)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    const push = open(ours, 'Push')
    push.connect(address)
    await push.send('still here')
    expect(await receiveTexts(first)).toEqual(['still here'])
  })

  it('an address that is not of this machine', async () => {
    const address = 'tcp://192.0.2.1:5555'
    const binding = bind(open(ours, 'Pull'), address)
    await expect(binding).rejects.toMatchObject({
      code: expect.stringMatching(/ENODEV|EADDRNOTAVAIL/) as string,
    })
  })

  it('a path that is too long with ENAMETOOLONG', async () => {
    const address = `ipc:///tmp/${'x'.repeat(108)}`
    await expect(bind(open(ours, 'Pull'), address)).rejects.toMatchObject({
      code: 'ENAMETOOLONG',
      address,
    })
  })

  it('a path in a directory that does not exist', async () => {
    const address = 'ipc:///nonexistent/directory/socket'
    await expect(bind(open(ours, 'Pull'), address)).rejects.toMatchObject({
      code: 'ENOENT',
      address,
    })
  })

  it('and leaves the socket usable', async () => {
    const pull = open(ours, 'Pull')
    await expect(bind(pull, 'foo://bar')).rejects.toThrow()
    const push = open(ours, 'Push')
    push.connect(await bindFresh(pull))
    await push.send('hello')
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })
})

describe('bind refuses', () => {
  it('an interface that does not exist with ENODEV', async () => {
    const address = 'tcp://nosuchinterface0:5555'
    await expect(open(ours, 'Pull').bind(address)).rejects.toMatchObject({
      code: 'ENODEV',
      address,
    })
  })

  it('what is no string, at once', () => {
    const bind = open(ours, 'Pull').bind.bind(open(ours, 'Pull')) as (address: unknown) => unknown
    expect(() => bind(5)).toThrow(new TypeError('Address must be a string'))
  })
})

describe('connect throws', () => {
  it.each([...malformed, 'tcp://127.0.0.1:*'])('EINVAL for %j', (address) => {
    const push = open(ours, 'Push')
    expect(() => {
      push.connect(address)
    }).toThrow(expect.objectContaining({ code: 'EINVAL', message: 'Invalid argument', address }))
  })

  itOurs.each(malformedToConnect)('EINVAL for %j', (address) => {
    const push = open(ours, 'Push')
    expect(() => {
      push.connect(address)
    }).toThrow(expect.objectContaining({ code: 'EINVAL' }))
  })

  it.each(unknownSchemes)('EPROTONOSUPPORT for %s', (address) => {
    const push = open(ours, 'Push')
    expect(() => {
      push.connect(address)
    }).toThrow(expect.objectContaining({ code: 'EPROTONOSUPPORT', address }))
  })

  it('ENAMETOOLONG for a path that is too long', () => {
    const push = open(ours, 'Push')
    expect(() => {
      push.connect(`ipc:///tmp/${'x'.repeat(108)}`)
    }).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }))
  })

  it('TypeError for what is no string', () => {
    const push = open(ours, 'Push')
    expect(() => {
      push.connect(5 as unknown as string)
    }).toThrow(new TypeError('Address must be a string'))
  })

  it('nothing for a name that does not resolve yet', () => {
    open(ours, 'Push').connect('tcp://no-such-host.invalid:5555')
  })
})

describe('lastEndpoint', () => {
  it.each([
    { address: 'tcp://127.0.0.1:*', resolved: /^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/ },
    { address: 'tcp://127.0.0.1:0', resolved: /^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/ },
    { address: 'tcp://*:*', resolved: /^tcp:\/\/0\.0\.0\.0:[1-9]\d*$/ },
    { address: 'tcp://lo:*', resolved: /^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/ },
    { address: 'tcp://localhost:*', resolved: /^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/ },
    { address: 'inproc://some-name', resolved: /^inproc:\/\/some-name$/ },
  ])('of $address', async ({ address, resolved }) => {
    const pull = open(ours, 'Pull')
    await pull.bind(address)
    expect(pull.lastEndpoint).toMatch(resolved)
  })

  it.each(schemes)('can be connected to and unbound, over %s', async (scheme) => {
    const pull = open(ours, 'Pull')
    await pull.bind(freshAddress(scheme))
    const address = endpointOf(pull)
    const push = open(ours, 'Push')
    push.connect(address)
    await push.send('hello')
    expect(await receiveTexts(pull)).toEqual(['hello'])
    push.disconnect(address)
    await pull.unbind(address)
  })

  it('EP-7 is that of the last bind or connect', async () => {
    const pair = open(ours, 'Dealer')
    const bound = await bindFresh(pair)
    const peer = await bindFresh(open(ours, 'Dealer'))
    pair.connect(peer)
    expect([bound === peer, pair.lastEndpoint]).toEqual([false, peer])
  })

  it('an IPv6 address keeps its brackets', async () => {
    const pull = open(ours, 'Pull', { ipv6: true })
    await pull.bind('tcp://[::1]:*')
    expect(pull.lastEndpoint).toMatch(/^tcp:\/\/\[::1\]:\d+$/)
    const push = open(ours, 'Push', { ipv6: true })
    push.connect(endpointOf(pull))
    await push.send('hello')
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })

  it('without ipv6 an IPv6 address is no address', async () => {
    await expect(open(ours, 'Pull').bind('tcp://[::1]:*')).rejects.toMatchObject({ code: 'ENODEV' })
  })
})

describe('ipc', () => {
  it('makes a socket in the file system', async () => {
    const path = join(temporaryDirectory(), 'socket')
    const pull = open(ours, 'Pull')
    await pull.bind(`ipc://${path}`)
    expect(statSync(path).isSocket()).toBe(true)
  })

  it('may be abstract, with no file at all', async () => {
    const address = `ipc://@zerowire-test-${String(process.pid)}`
    const pull = open(ours, 'Pull')
    await pull.bind(address)
    const push = open(ours, 'Push')
    push.connect(address)
    await push.send('hello')
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })

  it('* chooses a path', async () => {
    const pull = open(ours, 'Pull')
    await pull.bind('ipc://*')
    const address = endpointOf(pull)
    expect(address).toMatch(/^ipc:\/\/.+/)
    const push = open(ours, 'Push')
    push.connect(address)
    await push.send('hello')
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })

  it('takes over the path of somebody who is dead', async () => {
    const path = join(temporaryDirectory(), 'socket')
    const dead = createServer()
    dead.listen(path)
    await once(dead, 'listening')
    // The address outlives its owner as after a crash: the name is moved away while it closes.
    renameSync(path, `${path}.kept`)
    dead.close()
    await once(dead, 'close')
    renameSync(`${path}.kept`, path)
    expect(existsSync(path)).toBe(true)

    const pull = open(ours, 'Pull')
    await pull.bind(`ipc://${path}`)
    const push = open(ours, 'Push')
    push.connect(`ipc://${path}`)
    await push.send('hello')
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })

  itOurs('removes its file when it is done', async () => {
    const path = join(temporaryDirectory(), 'socket')
    const pull = open(ours, 'Pull')
    await pull.bind(`ipc://${path}`)
    await pull.unbind(`ipc://${path}`)
    expect(existsSync(path)).toBe(false)
  })
})

it('a source address can be chosen for an outgoing connection', async () => {
  const pull = open(ours, 'Pull')
  const address = await bindFresh(pull)
  const push = open(ours, 'Push')
  push.connect(address.replace('tcp://', 'tcp://127.0.0.1:0;'))
  await push.send('hello')
  expect(await receiveTexts(pull)).toEqual(['hello'])
})
