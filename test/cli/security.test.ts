import { join } from 'node:path'
import * as native from 'zeromq'
import type { CurveKeyPair } from 'zerowire'
import { writeCertificate } from 'zerowire/certificates'
import { describe, expect, it } from 'vitest'
import { ANY_PORT, Cli, scratch } from '../support/cli.js'
import { track } from '../support/track.js'

const server = native.curveKeyPair()
const anna = native.curveKeyPair()
const bert = native.curveKeyPair()

function request(endpoint: string, keys: CurveKeyPair): native.Request {
  const { publicKey, secretKey } = keys
  const socket = track(new native.Request({ curvePublicKey: publicKey, curveSecretKey: secretKey }))
  socket.curveServerKey = server.publicKey
  socket.connect(endpoint)
  return socket
}

async function curvePull(): Promise<[native.Pull, string]> {
  const pull = track(new native.Pull({ curveServer: true, curveSecretKey: server.secretKey }))
  await pull.bind('tcp://127.0.0.1:*')
  return [pull, pull.lastEndpoint ?? '']
}

describe('CURVE, with libzmq', () => {
  it('a server lets in whose certificates it has, and nobody else', async () => {
    const folder = await scratch()
    await writeCertificate(join(folder, 'anna'), { publicKey: anna.publicKey })
    const own = join(await scratch(), 'server')
    await writeCertificate(own, server)
    const security = ['--curve-secret', `${own}_secret`, '--curve-accept', folder]
    const cli = Cli.start(['rep', ANY_PORT, '--echo', '-n', '1', ...security])
    const endpoint = await cli.endpoint()
    await request(endpoint, bert).send('let me in')
    await cli.said(/handshake:error:auth: EACCES .*#eacces/)
    const welcome = request(endpoint, anna)
    await welcome.send('hello')
    expect(String(await welcome.receive())).toBe('hello')
    const { code, errors } = await cli.ended()
    expect(errors).not.toContain(server.secretKey)
    expect(code).toBe(0)
  })

  it('a client is somebody with a file, somebody with two keys, or nobody in particular', async () => {
    const [pull, endpoint] = await curvePull()
    const own = join(await scratch(), 'anna')
    await writeCertificate(own, anna)
    const to = ['push', endpoint, '-m', 'x', '--curve-server', server.publicKey]
    const ways: [string[], Record<string, string>][] = [
      [['--curve-secret', `${own}_secret`], {}],
      [['--curve-key', anna.publicKey], { ZEROWIRE_CURVE_SECRET: anna.secretKey }],
      [[], {}],
    ]
    for (const [options, env] of ways) {
      const ended = Cli.run([...to, ...options], '', env)
      expect(String(await pull.receive())).toBe('x')
      expect(await ended).toMatchObject({ code: 0, errors: '' })
    }
  })

  it('warns of a secret that others can read, and repeats none', async () => {
    const [pull, endpoint] = await curvePull()
    const keys = ['--curve-key', anna.publicKey, '--curve-secret', anna.secretKey]
    const ended = Cli.run([
      'push',
      endpoint,
      '-m',
      'x',
      '--curve-server',
      server.publicKey,
      ...keys,
    ])
    await pull.receive()
    const { code, errors } = await ended
    expect(errors).toMatch(/can be read by every user of this machine: use ZEROWIRE_CURVE_SECRET/)
    expect(errors).not.toContain(anna.secretKey)
    expect(code).toBe(0)
  })
})

describe('PLAIN, with libzmq', () => {
  const env = { ZEROWIRE_PLAIN_PASSWORD: 'secret' }

  it('a server lets one user in', async () => {
    const security = ['--plain-server', '--plain-username', 'anna']
    const cli = Cli.start(['pull', ANY_PORT, '-n', '1', ...security], env)
    const endpoint = await cli.endpoint()
    const push = (plainPassword: string): native.Push => {
      const socket = track(new native.Push({ plainUsername: 'anna', plainPassword }))
      socket.connect(endpoint)
      return socket
    }
    const stranger = push('guess')
    await stranger.send('let me in')
    await cli.said(/handshake:error:auth/)
    await push('secret').send('hello')
    const { code, output, errors } = await cli.ended()
    expect({ code, output }).toEqual({ code: 0, output: 'hello\n' })
    expect(errors).not.toContain('secret')
  })

  it('a client says who it is', async () => {
    const security = ['--plain-username', 'anna']
    const server = Cli.start(['pull', ANY_PORT, '-n', '1', '--plain-server', ...security], env)
    const to = ['push', await server.endpoint(), '-m', 'x', ...security]
    const client = await Cli.run([...to, '--plain-password', 'secret'])
    expect(client.errors).toMatch(/can be read by every user .*ZEROWIRE_PLAIN_PASSWORD/)
    expect(await server.ended()).toMatchObject({ code: 0, output: 'x\n' })
  })
})
