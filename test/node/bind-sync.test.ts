import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import { itOurs, native, ours, zerowire } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { fromSource, runProgram } from '../support/program.js'
import { runScript } from '../support/run-script.js'
import { open, track } from '../support/scope.js'
import { tls } from '../support/tls.js'
import { endpointOf, freshAddress, schemes, temporaryDirectory } from '../support/transports.js'

/** Whatever the function throws. */
function thrown(what: () => unknown): unknown {
  try {
    what()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('bindSync()', () => {
  it.each(schemes)('knows the endpoint when it returns, over %s', async (scheme) => {
    const pull = open(ours, 'Pull')
    pull.bindSync(freshAddress(scheme))
    const push = open(ours, 'Push')
    push.connect(endpointOf(pull))
    await push.send('hello')
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })

  it.each(['tcp', 'ipc', 'ws'] as const)('listens to libzmq, over %s', async (scheme) => {
    const pull = open(ours, 'Pull')
    pull.bindSync(freshAddress(scheme))
    const push = open(native, 'Push')
    push.connect(endpointOf(pull))
    await push.send('hello')
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })

  itOurs('listens over wss, as the first thing that a process does', async () => {
    const program = `
      import { readFileSync } from 'node:fs'
      import { Pair } from 'zerowire'
      const [cert, key] = ['cert', 'key'].map((name) =>
        readFileSync('test/support/tls/' + name + '.pem'),
      )
      const tls = { cert, key, ca: cert }
      for (const scheme of ['wss', 'ws']) {
        const [one, two] = [new Pair({ tls }), new Pair({ tls })]
        one.bindSync(scheme + '://localhost:*/path')
        two.connect(one.lastEndpoint)
        await two.send(scheme)
        console.log(String(await one.receive()))
      }
    `
    const printed = await runProgram(program, [...fromSource, '--input-type=module'])
    expect(printed.trim().split('\n')).toEqual(['wss', 'ws'])
  })

  it.each([
    { address: 'tcp://*:*', resolved: /^tcp:\/\/0\.0\.0\.0:[1-9]\d*$/ },
    { address: 'tcp://lo:*', resolved: /^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/ },
    { address: 'tcp://localhost:*', resolved: /^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/ },
    { address: 'inproc://bound-at-once', resolved: /^inproc:\/\/bound-at-once$/ },
    { address: 'ipc://*', resolved: /^ipc:\/\/.+/ },
  ])('takes $address', ({ address, resolved }) => {
    const pull = open(ours, 'Pull')
    pull.bindSync(address)
    expect(pull.lastEndpoint).toMatch(resolved)
  })

  it('takes IPv6', () => {
    const pull = open(ours, 'Pull', { ipv6: true })
    pull.bindSync('tcp://[::1]:*')
    expect(pull.lastEndpoint).toMatch(/^tcp:\/\/\[::1\]:[1-9]\d*$/)
    pull.bindSync('tcp://*:*')
    expect(pull.lastEndpoint).toMatch(/^tcp:\/\/\[::\]:[1-9]\d*$/)
  })

  itOurs.each(['tcp://host.example:5555', 'ws://host.example:5555', 'tcp://nosuchinterface0:*'])(
    'refuses to look up %s',
    (address) => {
      const error = thrown(() => {
        open(ours, 'Pull').bindSync(address)
      })
      const reason = expect.stringContaining('use bind()') as string
      expect(error).toMatchObject({ code: 'ENOTSUP', address, reason })
    },
  )

  itOurs('refuses wss without a certificate, and one that is none', () => {
    for (const bad of [null, { ...tls, cert: 'no certificate' }]) {
      const pull = track(new zerowire.Pull({ tls: bad }))
      expect(
        thrown(() => {
          pull.bindSync('wss://127.0.0.1:*')
        }),
      ).toMatchObject({ code: 'EINVAL' })
    }
  })

  it('refuses what is no text', () => {
    const pull = open(ours, 'Pull')
    const wrong = 5 as unknown as string
    expect(() => {
      pull.bindSync(wrong)
    }).toThrow(new TypeError('Address must be a string'))
  })

  it('is refused while bind() is under way, and after close()', async () => {
    const pull = open(ours, 'Pull')
    const binding = pull.bind(freshAddress('tcp'))
    expect(
      thrown(() => {
        pull.bindSync(freshAddress('tcp'))
      }),
    ).toMatchObject({
      code: 'EBUSY',
      message: 'Socket is blocked by a bind or unbind operation',
    })
    await binding
    pull.close()
    expect(
      thrown(() => {
        pull.bindSync(freshAddress('tcp'))
      }),
    ).toMatchObject({ code: 'EBADF' })
  })

  itOurs('has an event, for whoever begins to listen in the same turn', async () => {
    const pull = open(ours, 'Pull')
    pull.bindSync(freshAddress('tcp'))
    thrown(() => {
      pull.bindSync('tcp://192.0.2.1:5555')
    })
    const bound = new Promise((resolve) => pull.events.on('bind', resolve))
    const failed = new Promise((resolve) => pull.events.on('bind:error', resolve))
    expect(await bound).toMatchObject({ address: endpointOf(pull) })
    expect(await failed).toMatchObject({ error: { code: 'EADDRNOTAVAIL' } })
  })

  itOurs('shares no port with another process of its cluster', async () => {
    const { output } = await runScript('test/node/programs/cluster.ts')
    expect(output.trim()).toBe('EADDRINUSE EADDRINUSE')
  })
})

// 6.8.0 binds where it should unbind.
describe('unbindSync()', () => {
  itOurs.each(schemes)('leaves the endpoint to others at once, over %s', (scheme) => {
    const [first, second] = [open(ours, 'Pull'), open(ours, 'Pull')]
    first.bindSync(freshAddress(scheme))
    const address = endpointOf(first)
    first.unbindSync(address)
    second.bindSync(address)
    expect(second.lastEndpoint).toBe(address)
  })

  itOurs('ends what it accepted, and can be followed by another bind', async () => {
    const pull = open(ours, 'Pull')
    pull.bindSync(freshAddress('tcp'))
    const address = endpointOf(pull)
    const push = open(native, 'Push')
    const log = new EventLog(push)
    push.connect(address)
    await push.send('before')
    expect(await receiveTexts(pull)).toEqual(['before'])
    pull.unbindSync(address)
    await log.until('disconnect')
    pull.bindSync(address)
    await push.send('after')
    expect(await receiveTexts(pull)).toEqual(['after'])
  })

  itOurs('undoes bind(), and removes the file of ipc', async () => {
    const path = join(temporaryDirectory(), 'socket')
    const pull = open(ours, 'Pull')
    await pull.bind(`ipc://${path}`)
    pull.unbindSync(`ipc://${path}`)
    expect(existsSync(path)).toBe(false)
  })

  itOurs('refuses an endpoint that is not bound, and malformed ones', () => {
    const pull = open(ours, 'Pull')
    const codes = ['tcp://127.0.0.1:5', 'foo://bar', 'nothing'].map((address) =>
      thrown(() => {
        pull.unbindSync(address)
      }),
    )
    expect(codes).toMatchObject([
      { code: 'ENOENT' },
      { code: 'EPROTONOSUPPORT' },
      { code: 'EINVAL' },
    ])
  })
})
