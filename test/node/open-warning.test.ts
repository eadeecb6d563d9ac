import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { fromSource, projectRoot } from '../support/program.js'

/** Runs a program of its own, and gives the codes of the warnings that it hears, and what stderr says. */
async function warned(
  program: string,
  ...flags: string[]
): Promise<[codes: string[], errors: string]> {
  const code = `
    import { Pull, Stream, Publisher } from 'zerowire'
    const codes = []
    process.on('warning', ({ code }) => { codes.push(code) })
    const sockets = []
    const bind = async (address, options = {}, type = Pull) => {
      const socket = new type(options)
      sockets.push(socket)
      await socket.bind(address)
    }
    ${program}
    await new Promise((resolve) => setImmediate(resolve))
    console.log(codes.join())
    for (const socket of sockets) await socket.close()
  `
  const args = [...flags, ...fromSource, '--input-type=module', '--eval', code]
  const options = { cwd: projectRoot, timeout: 80_000 }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, options)
  return [stdout.trim().split(',').filter(Boolean), stderr]
}

describe('a warning that an endpoint is open to the world', { timeout: 120_000 }, () => {
  it.each(['tcp://*:*', 'tcp://0.0.0.0:*', 'ws://*:*/path', 'tcp://[::]:*'])(
    'comes once, for %s, and says what to do',
    async (address) => {
      const options = address.includes('[') ? '{ ipv6: true }' : '{}'
      const [codes, errors] = await warned(`
        await bind('${address}', ${options})
        await bind('${address}', ${options}, Publisher)
      `)
      expect(codes).toEqual(['ZEROWIRE_OPEN'])
      expect(errors).toMatch(
        /\[ZEROWIRE_OPEN\] Warning: (tcp|ws):\/\/\S+ is bound to all interfaces/,
      )
      expect(errors).toContain('--disable-warning=ZEROWIRE_OPEN')
    },
  )

  it('does not come where nothing is open, or where it is meant to be', async () => {
    const [codes, errors] = await warned(`
      await bind('tcp://127.0.0.1:*')
      await bind('ws://127.0.0.1:*')
      await bind('inproc://name')
      await bind('tcp://*:*', { plainServer: true })
      await bind('tcp://*:*', { zapDomain: 'global' })
      await bind('tcp://*:*', { authenticate: () => true })
      await bind('tcp://*:*', { tcpAcceptFilter: '10.0.0.0/8' })
      await bind('tcp://*:*', {}, Stream)
    `)
    expect([codes, errors]).toEqual([[], ''])
  })

  it.each([
    ['a client of PLAIN, which shows its password', 'tcp', `plainUsername: 'me'`],
    ['certificates where there is no TLS', 'tcp', 'tls: { requestCert: true }'],
  ])('comes in spite of %s', async (_what, scheme, options) => {
    const [codes] = await warned(`await bind('${scheme}://*:*', { ${options} })`)
    expect(codes).toEqual(['ZEROWIRE_OPEN'])
  })

  it.each([
    [true, []],
    [false, ['ZEROWIRE_OPEN']],
  ])('knows whether certificates of clients are looked at: %s', async (looked, expected) => {
    const [codes] = await warned(`
      const { readFileSync } = await import('node:fs')
      const [key, cert] = ['key', 'cert'].map((name) =>
        readFileSync('test/support/tls/' + name + '.pem'))
      const tls = { key, cert, requestCert: true, rejectUnauthorized: ${looked} }
      await bind('wss://*:*', { tls })
    `)
    expect(codes).toEqual(expected)
  })

  it('can be silenced', async () => {
    const [, errors] = await warned(`await bind('tcp://*:*')`, '--disable-warning=ZEROWIRE_OPEN')
    expect(errors).toBe('')
  })
})
