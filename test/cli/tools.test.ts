import { execFile, spawnSync } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as native from 'zeromq'
import type { CurveKeyPair } from 'zerowire'
import { readCertificate } from 'zerowire/certificates'
import { describe, expect, it } from 'vitest'
import { ANY_PORT, Cli, scratch } from '../support/cli.js'
import { requires } from '../support/requires.js'
import { track } from '../support/track.js'

const run = promisify(execFile)

function connected<S extends native.Socket>(socket: S, endpoint: string): S {
  track(socket)
  socket.connect(endpoint)
  return socket
}

async function ends(cli: Cli): Promise<[front: string, back: string]> {
  const [, front = '', back = ''] = await cli.said(/bound to (\S+)\n.*bound to (\S+)\n/)
  return [front, back]
}

const BOTH = ['--bind-frontend', ANY_PORT, '--bind-backend', ANY_PORT]

describe('proxy', () => {
  it('queue: requests go to whoever answers', async () => {
    const cli = Cli.start(['proxy', 'queue', ...BOTH])
    const [front, back] = await ends(cli)
    const reply = connected(new native.Reply(), back)
    const request = connected(new native.Request(), front)
    await request.send('hello')
    await reply.send(`${String(await reply.receive())}!`)
    expect(String(await request.receive())).toBe('hello!')
    cli.signal('SIGINT')
    const { code, errors } = await cli.ended()
    expect(errors).toMatch(/queue: 1 messages \(\d+ bytes\) to the backend, 1 messages/)
    expect(code).toBe(130)
  })

  it('streamer: work goes one way, and a copy of it to whoever watches', async () => {
    const cli = Cli.start(['proxy', 'streamer', ...BOTH, '--capture', ANY_PORT])
    const [front, back] = await ends(cli)
    const [, , , watch = ''] = await cli.said(/(bound to (\S+)\n.*){2}bound to (\S+)\n/)
    const subscriber = new native.Subscriber({ receiveTimeout: 0 })
    subscriber.subscribe()
    connected(subscriber, watch)
    const push = connected(new native.Push(), front)
    const pull = connected(new native.Pull(), back)
    // The copy goes to whoever has subscribed by then.
    let copy = ''
    while (copy === '') {
      await push.send('work')
      expect(String(await pull.receive())).toBe('work')
      copy = await subscriber.receive().then(String, () => '')
    }
    expect(copy).toBe('work')
  })

  it('forwarder: news goes to those who want it', async () => {
    const cli = Cli.start(['proxy', 'forwarder', ...BOTH])
    const [front, back] = await ends(cli)
    const publisher = connected(new native.XPublisher(), front)
    const subscriber = new native.Subscriber()
    subscriber.subscribe('a')
    connected(subscriber, back)
    expect(String(await publisher.receive())).toBe('\x01a')
    await publisher.send(['b', '1'])
    await publisher.send(['a', '2'])
    expect((await subscriber.receive()).map(String)).toEqual(['a', '2'])
  })
})

describe('monitor', () => {
  it('prints events as JSON, with what is known of the peer', async () => {
    const cli = Cli.start(['monitor', ANY_PORT, '--type', 'rep', '--json', '-n', '3'])
    const endpoint = await cli.endpoint()
    connected(new native.Request({ routingId: 'anna' }), endpoint)
    const { code, output } = await cli.ended()
    const events = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(events).toMatchObject([
      { type: 'bind', address: endpoint },
      { type: 'accept', address: endpoint },
      { type: 'handshake', peer: { socketType: 'REQ', routingId: 'anna', protocol: 'ZMTP/3.1' } },
    ])
    expect(code).toBe(0)
  })

  it('says in words why there is no connection', async () => {
    const pull = track(new native.Pull())
    await pull.bind('tcp://127.0.0.1:*')
    const cli = Cli.start(['monitor', pull.lastEndpoint ?? '', '--type', 'sub'])
    await cli.printed(/handshake:error:\w+ tcp:\S+ .*PULL/)
  })
})

describe('keygen', () => {
  it('prints a pair of keys, as text or as JSON', async () => {
    const [text, json] = await Promise.all([Cli.run(['keygen']), Cli.run(['keygen', '--json'])])
    expect(text.output).toMatch(/^public-key: \S{40}\nsecret-key: \S{40}\n$/)
    const { secretKey, publicKey } = JSON.parse(json.output) as CurveKeyPair
    expect([secretKey.length, publicKey.length]).toEqual([40, 40])
  })

  it('writes certificates, the secret one for nobody else, and replaces none', async () => {
    const path = join(await scratch(), 'server.key')
    const first = await Cli.run(['keygen', '-o', path, '--metadata', 'name=a=b'])
    expect(first).toMatchObject({ code: 0, output: '' })
    const secret = await readCertificate(`${path}_secret`)
    const open = await readCertificate(path)
    expect(secret).toMatchObject({ publicKey: open.publicKey, metadata: { name: 'a=b' } })
    expect((await stat(`${path}_secret`)).mode & 0o777).toBe(0o600)
    const second = await Cli.run(['keygen', '-o', path])
    expect(second.code).toBe(1)
    expect(second.errors).toContain('EEXIST')
    expect(await readCertificate(path)).toEqual(open)
  })
})

describe('bench', () => {
  it('measures between two processes, and against anybody', async () => {
    const throughput = await Cli.run([
      'bench',
      'throughput',
      '-n',
      '2001',
      '--size',
      '10',
      '--json',
    ])
    expect(JSON.parse(throughput.output)).toMatchObject({
      measure: 'throughput',
      messages: 2000,
      bytes: 20_000,
    })
    expect(throughput).toMatchObject({ code: 0, errors: '' })

    const latency = await Cli.run(['bench', 'latency', '-n', '20'])
    expect(latency.output).toMatch(/^20 round trips of 100 bytes: mean [\d.]+ µs, median .*\n$/)
    expect(latency).toMatchObject({ code: 0, errors: '' })

    const pull = track(new native.Pull())
    await pull.bind('tcp://127.0.0.1:*')
    const sending = Cli.run([
      'bench',
      'throughput',
      pull.lastEndpoint ?? '',
      '-n',
      '50',
      '--size',
      '7',
    ])
    for (let i = 0; i < 50; i++) expect(await pull.receive()).toEqual([Buffer.alloc(7)])
    expect((await sending).output).toMatch(/^50 messages in .* s: \d+ messages\/s/)
  })
})

describe('completion', () => {
  const words = async (shell: string, script: string, line: string): Promise<string[]> => {
    const typed = line.split(' ')
    const quoted = typed.map((word) => `'${word}'`).join(' ')
    const program = `${script}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${String(typed.length - 1)}; _zerowire; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await run(shell, ['-c', program])
    return stdout.trim().split('\n')
  }

  it('completes commands, options and values in bash', async () => {
    const { output, code } = await Cli.run(['completion', 'bash'])
    expect(code).toBe(0)
    expect(await words('bash', output, 'zerowire pu')).toEqual(['push', 'pull', 'pub'])
    expect(await words('bash', output, 'zerowire pull --cou')).toEqual(['--count'])
    expect(await words('bash', output, 'zerowire pull --framing ')).toEqual([
      'lines',
      'json',
      'raw',
    ])
    expect(await words('bash', output, 'zerowire proxy ')).toContain('forwarder')
    expect(await words('bash', output, 'zerowire sub -f j')).toEqual(['json'])
  })

  it('is a program that zsh understands', async (context) => {
    requires('zsh', () => spawnSync('zsh', ['--version']).status === 0)(context)
    const { output } = await Cli.run(['completion', 'zsh'])
    const program = `autoload -U compinit; compinit -D; ${output}\nwhence -w _zerowire; print $_comps[zerowire]`
    const { stdout } = await run('zsh', ['-f', '-c', program])
    expect(stdout).toBe('_zerowire: function\n_zerowire\n')
  })

  it('completes commands and options in fish', async (context) => {
    requires('fish', () => spawnSync('fish', ['--version']).status === 0)(context)
    const { output } = await Cli.run(['completion', 'fish'])
    const complete = async (line: string): Promise<string[]> => {
      const { stdout } = await run('fish', ['-c', `${output}\ncomplete -C '${line}'`])
      return stdout
        .trim()
        .split('\n')
        .map((each) => each.split('\t')[0] ?? '')
    }
    expect(await complete('zerowire pu')).toEqual(['pub', 'pull', 'push'])
    expect(await complete('zerowire pull --cou')).toEqual(['--count'])
    expect(await complete('zerowire sub -f ')).toEqual(['json', 'lines', 'raw'])
  })
})
