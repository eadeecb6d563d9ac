import * as native from 'zeromq'
import { describe, expect, it } from 'vitest'
import { ANY_PORT, Cli, scratch } from '../support/cli.js'
import { track } from '../support/track.js'

/** Bytes that are no text. */
const BINARY = Buffer.from([0xff, 0, 0xfe])

async function bound<S extends native.Socket>(socket: S): Promise<[socket: S, endpoint: string]> {
  track(socket)
  await socket.bind('tcp://127.0.0.1:*')
  return [socket, socket.lastEndpoint ?? '']
}

function connected<S extends native.Socket>(socket: S, endpoint: string): S {
  track(socket)
  socket.connect(endpoint)
  return socket
}

async function texts(socket: native.Pull, count: number): Promise<string[][]> {
  const messages: string[][] = []
  while (messages.length < count) messages.push((await socket.receive()).map(String))
  return messages
}

const DONE = { code: 0, errors: '' }

describe('push, to libzmq', () => {
  it('makes a message of each line, also of the last one without an end', async () => {
    const [pull, endpoint] = await bound(new native.Pull())
    const ended = Cli.run(['push', endpoint], 'one\n\ntwo\tcolumns')
    expect(await texts(pull, 3)).toEqual([['one'], [''], ['two\tcolumns']])
    expect(await ended).toMatchObject(DONE)
  })

  it('splits lines where it is told to', async () => {
    const [pull, endpoint] = await bound(new native.Pull())
    const ended = Cli.run(['push', endpoint, '--delimiter', '\\t'], 'a\tb\n\tc\n')
    expect(await texts(pull, 2)).toEqual([
      ['a', 'b'],
      ['', 'c'],
    ])
    expect(await ended).toMatchObject(DONE)
  })

  it('reads JSON in every form', async () => {
    const [pull, endpoint] = await bound(new native.Pull())
    const base64 = { base64: BINARY.toString('base64') }
    const lines = ['text', ['a', base64], { parts: ['b', ''] }, base64].map((each) =>
      JSON.stringify(each),
    )
    const ended = Cli.run(['push', endpoint, '-f', 'json'], `${lines.join('\n')}\n\n`)
    const received = []
    for (let i = 0; i < 4; i++) received.push(await pull.receive())
    expect(received).toEqual([
      [Buffer.from('text')],
      [Buffer.from('a'), BINARY],
      [Buffer.from('b'), Buffer.from('')],
      [BINARY],
    ])
    expect(await ended).toMatchObject(DONE)
  })

  it.each([
    [[], [Buffer.from('a\nb')]],
    [
      ['--size', '2'],
      [Buffer.from('a\n'), Buffer.from('b')],
    ],
  ])('takes bytes as they are, %j', async (options, expected) => {
    const [pull, endpoint] = await bound(new native.Pull())
    const ended = Cli.run(['push', endpoint, '--framing', 'raw', ...options], 'a\nb')
    for (const bytes of expected) expect(await pull.receive()).toEqual([bytes])
    expect(await ended).toMatchObject(DONE)
  })

  it('sends what the command line says, so many times', async () => {
    const [pull, endpoint] = await bound(new native.Pull())
    const ended = Cli.run(['push', endpoint, '-m', 'x', '-m', 'y', '-n', '3', '--interval', '1'])
    expect(await texts(pull, 3)).toEqual([['x'], ['y'], ['x']])
    expect(await ended).toMatchObject(DONE)
  })
})

describe('pull, from libzmq', () => {
  it.each([
    [[], Buffer.concat([Buffer.from('a\t'), BINARY, Buffer.from('\nb\n')])],
    [['-d', '::'], Buffer.concat([Buffer.from('a::'), BINARY, Buffer.from('\nb\n')])],
    [['-f', 'json'], Buffer.from(`["a",{"base64":"${BINARY.toString('base64')}"}]\n["b"]\n`)],
    [['-f', 'raw'], Buffer.concat([Buffer.from('a'), BINARY, Buffer.from('b')])],
  ])('prints, %j', async (options, expected) => {
    const cli = Cli.start(['pull', ANY_PORT, '-n', '2', ...options])
    const push = connected(new native.Push(), await cli.endpoint())
    await push.send(['a', BINARY])
    await push.send('b')
    const { code, output } = await cli.ended()
    expect(code).toBe(0)
    expect(output).toBe(expected.toString())
  })
})

describe('pub and sub, with libzmq', () => {
  it('publishes once somebody has subscribed', async () => {
    const cli = Cli.start([
      'pub',
      ANY_PORT,
      '--wait',
      '1',
      '-f',
      'json',
      '-m',
      '{"topic":"a","parts":["b"]}',
    ])
    const subscriber = new native.Subscriber()
    subscriber.subscribe('a')
    connected(subscriber, await cli.endpoint())
    expect((await subscriber.receive()).map(String)).toEqual(['a', 'b'])
    expect((await cli.ended()).code).toBe(0)
  })

  it('subscribes to the topics that are given', async () => {
    const [publisher, endpoint] = await bound(new native.XPublisher())
    const cli = Cli.start(['sub', endpoint, '-s', 'a', '-s', 'b', '-n', '2', '-f', 'json'])
    const topics = [await publisher.receive(), await publisher.receive()].map(String)
    expect(topics.sort()).toEqual(['\x01a', '\x01b'])
    for (const message of [['c', '0'], ['a', '1'], ['bb']]) await publisher.send(message)
    const expected = '{"topic":"a","parts":["1"]}\n{"topic":"bb","parts":[]}\n'
    expect(await cli.ended()).toMatchObject({ code: 0, output: expected })
  })
})

describe('req and rep, with libzmq', () => {
  it('asks a question a line', async () => {
    const [reply, endpoint] = await bound(new native.Reply())
    const ended = Cli.run(['req', endpoint], 'one\ntwo\n')
    for (let i = 0; i < 2; i++) await reply.send(`${String(await reply.receive())}!`)
    expect(await ended).toMatchObject({ ...DONE, output: 'one!\ntwo!\n' })
  })

  it.each([
    [['--echo'], 'hello'],
    [['--text', 'ok'], 'ok'],
    [['--exec', 'tr a-z A-Z'], 'HELLO'],
  ])('answers, %j', async (options, expected) => {
    const cli = Cli.start(['rep', ANY_PORT, '-n', '1', ...options])
    const request = connected(new native.Request(), await cli.endpoint())
    await request.send('hello')
    expect(String(await request.receive())).toBe(expected)
    expect((await cli.ended()).code).toBe(0)
  })

  it('answers with what is typed', async () => {
    const cli = Cli.start(['rep', ANY_PORT, '-n', '1'])
    const request = connected(new native.Request(), await cli.endpoint())
    await request.send('question')
    await cli.printed(/question\n/)
    cli.write('answer\n')
    expect(String(await request.receive())).toBe('answer')
    expect((await cli.ended()).code).toBe(0)
  })

  it('runs several commands at a time', async () => {
    const folder = await scratch()
    // Each of them waits for the other: one alone would wait for ever.
    const both = `until test -e ${folder}/a -a -e ${folder}/b; do sleep 0.01; done`
    const exec = `read name; touch "${folder}/$name"; ${both}; echo "$name"`
    const cli = Cli.start(['rep', ANY_PORT, '-n', '2', '--jobs', '2', '--exec', exec])
    const endpoint = await cli.endpoint()
    const requests = ['a', 'b'].map(() => connected(new native.Request(), endpoint))
    await Promise.all(requests.map((request, i) => request.send(['a', 'b'][i] ?? '')))
    const answers = await Promise.all(
      requests.map(async (request) => String(await request.receive())),
    )
    expect(answers).toEqual(['a', 'b'])
    expect((await cli.ended()).code).toBe(0)
  })

  it('says how a command has failed, and answers with what it printed', async () => {
    const cli = Cli.start(['rep', ANY_PORT, '-n', '1', '--exec', 'echo half; exit 7'])
    const request = connected(new native.Request(), await cli.endpoint())
    await request.send('')
    expect(String(await request.receive())).toBe('half')
    const { code, errors } = await cli.ended()
    expect(errors).toContain('echo half; exit 7: ended with exit code 7')
    expect(code).toBe(1)
  })
})

describe('dealer and router', () => {
  it('talk both ways, by a name', async () => {
    const router = Cli.start(['router', ANY_PORT, '-n', '1', '-f', 'json'])
    const dealer = Cli.start(['dealer', await router.endpoint(), '-i', 'anna', '-n', '1', '-q'])
    dealer.write('hello\n')
    await router.printed(/\{"routingId":"anna","parts":\["hello"\]\}\n/)
    const other = Cli.start(['router', ANY_PORT, '-d', '|', '--wait', '1'])
    const second = Cli.start(['dealer', await other.endpoint(), '-i', 'bert', '-n', '1'])
    await other.said(/bound/)
    other.end('nobody|lost\nbert|found\n')
    expect(await second.ended()).toMatchObject({ code: 0, output: 'found\n' })
    const [fault = ''] = await other.said(/EHOSTUNREACH.*\n/)
    expect(fault).toContain('docs/troubleshooting.md#ehostunreach')
    expect((await router.ended()).code).toBe(0)
    other.signal('SIGTERM')
    expect((await other.ended()).code).toBe(143)
  })
})

describe('the other sockets, among themselves', () => {
  it.each([
    ['pair', 'pair', [], 'hello\n'],
    ['channel', 'channel', [], 'hello\n'],
    ['gather', 'scatter', [], 'hello\n'],
    ['xsub', 'xpub', ['-m', '\u0001'], 'hello\n'],
    ['dish', 'radio', ['--join', 'news'], 'news\thello\n'],
    ['server', 'client', [], /^\d+\thello\n$/],
  ] as const)('%s hears %s', async (hearing, speaking, options, expected) => {
    const ear = Cli.start([hearing, ANY_PORT, '-n', '1', ...options])
    const endpoint = await ear.endpoint()
    const text = speaking === 'radio' ? 'news\thello' : 'hello'
    // Who publishes is not heard before the subscription has come.
    const again = ['xpub', 'radio'].includes(speaking) ? ['--interval', '5'] : []
    const mouth = Cli.start([speaking, endpoint, '-q', '-m', text, ...again])
    const { code, output } = await ear.ended()
    expect(code).toBe(0)
    expect(output).toMatch(typeof expected === 'string' ? new RegExp(`^${expected}$`) : expected)
    mouth.signal('SIGINT')
    await mouth.ended()
  })
})
