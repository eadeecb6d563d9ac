import * as native from 'zeromq'
import { describe, expect, it } from 'vitest'
import { ANY_PORT, Cli } from '../support/cli.js'
import { track } from '../support/track.js'

/** Where nobody can be. */
const NOBODY = 'ipc:///nowhere/at/all'

describe('exit codes', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends a command with %d', async (signal, expected) => {
    const cli = Cli.start(['pull', ANY_PORT])
    await cli.endpoint()
    cli.signal(signal)
    expect((await cli.ended()).code).toBe(expected)
  })

  it('says what was not delivered when it is interrupted while it waits', async () => {
    const cli = Cli.start(['push', NOBODY, '-m', 'one', '-m', 'two', '-v'])
    await cli.said(/connect:retry/)
    cli.signal('SIGINT')
    const { code, errors } = await cli.ended()
    expect(errors).toContain('2 messages were not delivered: at the end 2')
    expect(code).toBe(130)
  })

  it('says what was not delivered within linger', async () => {
    const { code, errors } = await Cli.run(['push', NOBODY, '-m', 'one', '--linger', '0'])
    expect(errors).toContain('1 message was not delivered: at the end 1')
    expect(code).toBe(1)
  })

  it.each([
    [['pull', ANY_PORT], 'no message came within 5 ms (--timeout)'],
    [['push', ANY_PORT, '-m', 'x'], 'nobody took the next message within 5 ms'],
    [['req', NOBODY, '-m', 'x'], 'there was no answer within 5 ms'],
    [['rep', ANY_PORT, '--echo'], 'no request came within 5 ms'],
    [['pub', ANY_PORT, '-m', 'x', '-w', '1'], 'nobody was there within 5 ms'],
    [['monitor', ANY_PORT, '-n', '2'], 'nothing happened within 5 ms'],
  ])('3 when time is up: %j', async (args, expected) => {
    const cli = Cli.start([...args, '--timeout', '5'])
    const { code, errors } = await cli.ended()
    expect(code).toBe(3)
    expect(errors).toContain(expected)
  })

  it('141 when nobody reads the output any more, without a word', async () => {
    const cli = Cli.start(['pull', ANY_PORT])
    const push = track(new native.Push())
    push.connect(await cli.endpoint())
    await push.send('one')
    await cli.printed(/one/)
    cli.closeOutput()
    await push.send('two')
    const { code, errors } = await cli.ended()
    expect(code).toBe(141)
    expect(errors).toMatch(/^zerowire: bound to .*\n$/)
  })

  it('1 when the port is in use, and where to read on', async () => {
    const cli = Cli.start(['pull', ANY_PORT])
    const { code, errors } = await Cli.run(['pull', '--bind', await cli.endpoint()])
    expect(errors).toContain('EADDRINUSE')
    expect(errors).toContain('see docs/troubleshooting.md#eaddrinuse')
    expect(code).toBe(1)
  })

  it('1 when a message cannot be read, which names it', async () => {
    const { code, errors } = await Cli.run(['push', ANY_PORT, '-f', 'json'], '{"part":"x"}\n')
    expect(errors).toContain('line 1 is no message: {"part":"x"}; expected a part')
    expect(code).toBe(1)
  })
})

describe('back-pressure', () => {
  it('leaves stdin alone while nobody takes messages, and loses none', async () => {
    const cli = Cli.start(['push', ANY_PORT, '--hwm', '10'])
    const endpoint = await cli.endpoint()
    const count = 100_000
    const lines = Array.from({ length: count }, (_, i) => `${String(i).padStart(99, '0')}\n`)
    // More than pipe and queues hold: it is not taken before somebody is there.
    let taken = false
    cli.stdin.write(lines.join(''), () => (taken = true))
    // Time enough for a process to start and to end, and so to read all of it if it did.
    await Cli.run(['keygen'])
    expect(taken).toBe(false)
    const pull = track(new native.Pull())
    pull.connect(endpoint)
    for (let i = 0; i < count; i++) {
      const [message] = await pull.receive()
      if (Number(message) !== i) expect(Number(message)).toBe(i)
    }
    cli.end()
    expect((await cli.ended()).code).toBe(0)
  })

  it('leaves messages where they are while nobody reads stdout, and loses none', async () => {
    const cli = Cli.start(['pull', ANY_PORT, '-n', '20000', '-f', 'raw'])
    const push = track(new native.Push())
    push.connect(await cli.endpoint())
    const body = Buffer.alloc(1000, 'x')
    for (let i = 0; i < 20_000; i++) await push.send(body)
    const { code, output } = await cli.ended()
    expect(output.length).toBe(20_000_000)
    expect(code).toBe(0)
  })
})

describe('trouble', () => {
  it('is said once for each endpoint, and events only when asked for', async () => {
    const cli = Cli.start(['push', NOBODY, '-m', 'x'])
    const [line = ''] = await cli.said(/cannot connect.*\n/)
    expect(line).toMatch(/trying again: ENOENT .*; see docs\/troubleshooting\.md#enoent/)
    cli.signal('SIGINT')
    const { errors } = await cli.ended()
    expect(errors.match(/cannot connect/g)).toHaveLength(1)
  })

  it('is not said with --quiet', async () => {
    const cli = await Cli.run(['push', NOBODY, '-m', 'x', '-q', '--linger', '5'])
    expect(cli.errors).toMatch(/^zerowire: 1 message was not delivered.*\n$/)
  })

  it('has a word on an endpoint that is open to the world', async () => {
    const cli = Cli.start(['pull', 'tcp://*:*'])
    await cli.said(/is open to whoever reaches this machine.*--curve-accept/)
  })
})
