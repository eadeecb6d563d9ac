import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, renameSync } from 'node:fs'
import { createServer, type ListenOptions, type Server } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { native, zerowire } from '../support/implementations.js'
import { fromSource, projectRoot } from '../support/program.js'
import { open, track } from '../support/scope.js'
import { temporaryDirectory } from '../support/transports.js'

/** What somebody like systemd opens and binds for others. */
async function listening(options: ListenOptions): Promise<Server> {
  const server = createServer()
  onTestFinished(() => {
    server.close()
  })
  server.listen(options)
  await once(server, 'listening')
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not a TCP port')
  return address.port
}

function descriptorOf(server: Server): number {
  const { _handle: handle } = server as unknown as { _handle: { fd: number } }
  return handle.fd
}

/** Receives one message in a process that is given the listening socket, as systemd gives it. */
function receiveIn(library: string, address: string, server: Server): Promise<string> {
  const code = `
    import { Pull } from '${library}'
    const pull = new Pull()
    pull.setInt32Option(89, 3)
    await pull.bind('${address}').catch(({ code }) => {
      console.log(code)
      process.exit()
    })
    console.log(pull.lastEndpoint)
    console.log(String(await pull.receive()))
    pull.close()
  `
  const args = [...fromSource, '--input-type=module', '--eval', code]
  const child = spawn(process.execPath, args, {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit', descriptorOf(server)],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  if (child.stdout === null) throw new Error('no output')
  return text(child.stdout)
}

describe.each(['zerowire', 'zeromq'])('a process with %s that is given', (library) => {
  it('a descriptor of TCP listens on it', async () => {
    const server = await listening({ port: 0, host: '127.0.0.1' })
    const address = `tcp://127.0.0.1:${String(portOf(server))}`
    const received = receiveIn(library, address, server)
    // From here on only the child can accept; until it does, connections wait.
    server.close()
    const push = open(native, 'Push')
    push.connect(address)
    await push.send('hello')
    expect((await received).trim().split('\n')).toEqual([address, 'hello'])
  })

  it('a descriptor of a Unix domain socket listens on it', async () => {
    const path = join(temporaryDirectory(), 'socket')
    const server = await listening({ path })
    const received = receiveIn(library, `ipc://${path}`, server)
    // Who closes it here removes the file as well.
    renameSync(path, `${path}.kept`)
    server.close()
    renameSync(`${path}.kept`, path)
    const push = open(native, 'Push')
    push.connect(`ipc://${path}`)
    await push.send('hello')
    expect((await received).trim().split('\n')).toEqual([`ipc://${path}`, 'hello'])
    if (library === 'zerowire') expect(existsSync(path)).toBe(true)
  })
})

describe('useFileDescriptor', () => {
  it('is -1 at first, and the number 89', () => {
    const pull = track(new zerowire.Pull({ useFileDescriptor: 5 }))
    const numbered = pull as unknown as { getInt32Option(id: number): number }
    expect([track(new zerowire.Pull()).useFileDescriptor, numbered.getInt32Option(89)]).toEqual([
      -1, 5,
    ])
  })

  it('refuses one that this process listens on already, and leaves it alone', async () => {
    const server = await listening({ port: 0, host: '127.0.0.1' })
    const pull = track(new zerowire.Pull({ useFileDescriptor: descriptorOf(server) }))
    await expect(pull.bind('tcp://127.0.0.1:*')).rejects.toMatchObject({ code: 'EINVAL' })
    const push = open(native, 'Push')
    push.connect(`tcp://127.0.0.1:${String(portOf(server))}`)
    await once(server, 'connection')
  })

  it.each([
    { title: 'TCP for ipc', options: { port: 0, host: '127.0.0.1' }, address: 'ipc:///nowhere' },
    { title: 'a Unix domain for tcp', options: undefined, address: 'tcp://127.0.0.1:*' },
  ])('refuses a socket of $title', async ({ options, address }) => {
    const server = await listening(options ?? { path: join(temporaryDirectory(), 'socket') })
    const printed = await receiveIn('zerowire', address, server)
    expect(printed.trim()).toBe('EINVAL')
  })

  it.each(['tcp://127.0.0.1:*', 'ipc:///nowhere/at/all', 'ipc://*'])(
    'refuses what is no listening socket, for %s',
    async (address) => {
      for (const useFileDescriptor of [1, 9999]) {
        const pull = track(new zerowire.Pull({ useFileDescriptor }))
        await expect(pull.bind(address)).rejects.toMatchObject({ code: 'EINVAL', address })
      }
    },
  )
})
