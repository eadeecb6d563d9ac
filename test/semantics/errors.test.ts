import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { libraries } from '../support/option-table.js'
import { open } from '../support/scope.js'
import { bindFresh, deserted, temporaryDirectory } from '../support/transports.js'

interface Told {
  /** Whether the call itself threw, rather than its promise. */
  readonly thrown: boolean
  readonly error: unknown
}

/** How a call fails. */
async function failure(call: () => unknown): Promise<Told> {
  let result: unknown
  try {
    result = call()
  } catch (error) {
    return { thrown: true, error }
  }
  try {
    await result
  } catch (error) {
    return { thrown: false, error }
  }
  throw new Error('it did not fail')
}

function typeError(message: string): Told {
  return { thrown: true, error: new TypeError(message) }
}

/** What a program sees of an error: `name` is `ZmqError` here and `Error` there. */
function told(thrown: boolean, code: string, errno: number, message: string, address?: string) {
  const facts = { code, errno, message, ...(address === undefined ? {} : { address }) }
  return { thrown, error: expect.objectContaining(facts) as unknown }
}

const { errno: number } = constants
const thrown = true
const rejected = false

const notStrings = [undefined, null, 5, true, {}, [], Buffer.from(deserted), Symbol('address')]

describe.each(libraries)('$library: errors', ({ library, lib }) => {
  describe.each(['bind', 'unbind', 'connect', 'disconnect', 'bindSync'] as const)('%s', (name) => {
    it.each(notStrings)('wants text, not %o', async (address) => {
      const socket = open(lib, 'Dealer')
      expect(await failure(() => socket[name](address as string))).toEqual(
        typeError('Address must be a string'),
      )
    })

    it('of a closed socket is EBADF, thrown, after what is wrong with the address', async () => {
      const socket = open(lib, 'Dealer')
      socket.close()
      const { EBADF } = number
      expect(await failure(() => socket[name](deserted))).toEqual(
        told(thrown, 'EBADF', EBADF, 'Socket is closed'),
      )
      expect(await failure(() => socket[name](5 as unknown as string))).toEqual(
        typeError('Address must be a string'),
      )
    })
  })

  const inUse = { code: 'EADDRINUSE', errno: number.EADDRINUSE, message: 'Address already in use' }

  it('an address in use is EADDRINUSE, with the address as it was given', async () => {
    const first = open(lib, 'Pull')
    for (const scheme of ['tcp', 'inproc'] as const) {
      const address = await bindFresh(first, scheme)
      const { thrown, error } = await failure(() => open(lib, 'Pull').bind(address))
      expect([thrown, error]).toEqual([false, expect.objectContaining({ ...inUse, address })])
    }
  })

  it('an address in use is thrown by bindSync', async () => {
    const address = await bindFresh(open(lib, 'Pull'))
    const { thrown, error } = await failure(() => {
      open(lib, 'Pull').bindSync(address)
    })
    expect([thrown, error]).toEqual([true, expect.objectContaining({ ...inUse, address })])
  })

  const bad: { title: string; address: string; code: string; errno: number; message: string }[] = [
    {
      title: 'no scheme',
      address: 'nonsense',
      code: 'EINVAL',
      errno: number.EINVAL,
      message: 'Invalid argument',
    },
    {
      title: 'nothing',
      address: '',
      code: 'EINVAL',
      errno: number.EINVAL,
      message: 'Invalid argument',
    },
    {
      title: 'an unknown scheme',
      address: 'pigeon://coop',
      ...{
        code: 'EPROTONOSUPPORT',
        errno: number.EPROTONOSUPPORT,
        message: 'Protocol not supported',
      },
    },
    {
      title: 'a path that is too long',
      address: `ipc:///${'x'.repeat(200)}`,
      ...{ code: 'ENAMETOOLONG', errno: number.ENAMETOOLONG, message: 'File name too long' },
    },
  ]

  it.each(bad)('$title is $code to connect(), thrown, and to bind(), rejected', async (row) => {
    const { address, code, errno, message } = row
    expect(await failure(() => open(lib, 'Pull').connect(address))).toEqual(
      told(thrown, code, errno, message, address),
    )
    expect(await failure(() => open(lib, 'Pull').bind(address))).toEqual(
      told(rejected, code, errno, message, address),
    )
  })

  it('foreign addresses cannot be bound', async () => {
    const address = 'tcp://192.0.2.1:5555'
    const { ENODEV, EADDRNOTAVAIL } = number
    const { thrown, error } = await failure(() => open(lib, 'Pull').bind(address))
    expect(thrown).toBe(false)
    expect(error).toMatchObject({ code: 'EADDRNOTAVAIL', errno: EADDRNOTAVAIL, address })
    expect(await failure(() => open(lib, 'Pull').bind('tcp://nosuchnic:*'))).toEqual(
      told(rejected, 'ENODEV', ENODEV, 'No such device', 'tcp://nosuchnic:*'),
    )
  })

  it('an interface that is not there cannot be bound to', async () => {
    const pull = open(lib, 'Pull', { interface: 'nosuchnic' })
    for (const host of ['127.0.0.1', '*']) {
      const address = `tcp://${host}:*`
      const { thrown, error } = await failure(() => pull.bind(address))
      const code = library === 'zerowire' ? 'ENODEV' : 'ENOTSUP'
      expect([thrown, error]).toEqual([false, expect.objectContaining({ code, address })])
    }
  })

  it('what is not there is ENOENT', async () => {
    const socket = open(lib, 'Dealer')
    const { ENOENT } = number
    const none = 'No such endpoint'
    for (const address of [deserted, 'inproc://nowhere', `ipc://${temporaryDirectory()}/none`]) {
      expect(await failure(() => socket.disconnect(address))).toEqual(
        told(thrown, 'ENOENT', ENOENT, none, address),
      )
      expect(await failure(() => socket.unbind(address))).toEqual(
        told(rejected, 'ENOENT', ENOENT, none, address),
      )
    }
  })

  it('send() without a message is a TypeError, also of a closed socket', async () => {
    const socket = open(lib, 'Push') as unknown as {
      send(message?: unknown): Promise<void>
      receive(): Promise<unknown>
      close(): void
    }
    for (const call of [() => socket.send(), () => socket.send(undefined)]) {
      expect(await failure(call)).toEqual(typeError('Message must be present'))
    }
    socket.close()
    expect(await failure(() => socket.send())).toEqual(typeError('Message must be present'))
    expect(await failure(() => socket.send('hello'))).toEqual(
      told(thrown, 'EBADF', number.EBADF, 'Socket is closed'),
    )
    expect(await failure(() => socket.receive())).toEqual(
      told(thrown, 'EBADF', number.EBADF, 'Socket is closed'),
    )
  })

  it('the wrong direction is ENOTSUP at the latest on close', async () => {
    const [pull, push] = [open(lib, 'Pull'), open(lib, 'Push')]
    pull.connect(deserted)
    push.connect(deserted)
    const outcomes = [pull.send('hello'), push.receive()].map((operation) =>
      operation.then(
        () => 'done',
        (error: unknown) => (error as { code: string }).code,
      ),
    )
    pull.close()
    push.close()
    for (const outcome of await Promise.all(outcomes)) {
      expect(['ENOTSUP', 'EAGAIN']).toContain(outcome)
    }
  })

  it('REQ and REP out of turn are EFSM, when there is a time to wait', async () => {
    const options = { sendTimeout: 0, receiveTimeout: 0 }
    const expected = told(
      ...([rejected, 'EFSM', 156384763] as const),
      'Operation cannot be accomplished in current state',
    )
    expect(await failure(() => open(lib, 'Reply', options).send('answer'))).toEqual(expected)
    expect(await failure(() => open(lib, 'Request', options).receive())).toEqual(expected)
  })

  it('an unknown peer is EHOSTUNREACH when mandatory, and there is a time to wait', async () => {
    const router = open(lib, 'Router', { mandatory: true, sendTimeout: 0 })
    expect(await failure(() => router.send(['nobody', 'hello']))).toEqual(
      told(rejected, 'EHOSTUNREACH', number.EHOSTUNREACH, 'Host unreachable'),
    )
  })

  it('are errors with a stack, whose facts can be seen', async () => {
    const { error } = await failure(() => open(lib, 'Pull').connect('nonsense'))
    expect(error).toBeInstanceOf(Error)
    const { stack = '', message } = error as Error
    expect([stack.includes(message), message]).toEqual([true, 'Invalid argument'])
    expect(Object.keys(error as Error)).toEqual(
      expect.arrayContaining(['code', 'errno', 'address']),
    )
  })
})

describe.each(libraries)('$library: the observer', ({ lib }) => {
  const EMITTING =
    'Observer is in event emitter mode. After a call to events.on() it is not possible to read events with events.receive().'

  it('has one reader at a time', async () => {
    const socket = open(lib, 'Pull')
    const first = socket.events.receive()
    expect(await failure(() => socket.events.receive())).toEqual(
      told(
        ...([thrown, 'EBUSY', number.EBUSY] as const),
        'Observer is busy reading; only one receive operation may be in progress at any time',
      ),
    )
    await bindFresh(socket)
    expect(await first).toMatchObject({ type: 'bind' })
  })

  it('reads no more after its end', async () => {
    const socket = open(lib, 'Pull')
    const { events } = socket
    socket.close()
    expect(await events.receive()).toMatchObject({ type: 'end' })
    expect(events.closed).toBe(true)
    expect(await failure(() => events.receive())).toEqual(
      told(thrown, 'EBADF', number.EBADF, 'Socket is closed'),
    )
    for await (const event of events) throw new Error(event.type)
  })

  it('reads no more once it calls listeners', async () => {
    const { events } = open(lib, 'Pull')
    events.on('bind', () => undefined)
    const { thrown, error } = await failure(() => events.receive())
    expect([thrown, error]).toEqual([true, new Error(EMITTING)])
    // For good.
    events.off('bind', () => undefined)
    expect((await failure(() => events.receive())).error).toEqual(new Error(EMITTING))
  })

  it('iterates up to the end, which is the last event', async () => {
    const socket = open(lib, 'Pull')
    const { events } = socket
    const types: string[] = []
    const iteration = (async () => {
      for await (const { type } of events) types.push(type)
    })()
    await bindFresh(socket)
    socket.close()
    await iteration
    expect([types[0], types.at(-1), events.closed]).toEqual(['bind', 'end', true])
  })

  it('calls each listener of an event, with what receive() would have told', async () => {
    const socket = open(lib, 'Pull')
    const calls: unknown[] = []
    const bound = new Promise<void>((resolve) => {
      socket.events.on('bind', (event) => calls.push(['first', event]))
      socket.events.on('bind', (event) => {
        calls.push(['second', event])
        resolve()
      })
    })
    const address = await bindFresh(socket)
    await bound
    const event = expect.objectContaining({ type: 'bind', address }) as unknown
    expect(calls).toEqual([
      ['first', event],
      ['second', event],
    ])
  })

  it('is made of sockets only', () => {
    for (const thing of [undefined, null, 'socket', 5]) {
      expect(() => new lib.Observer(thing as never)).toThrow(
        new TypeError('Socket must be a socket object'),
      )
    }
  })
})
