import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { ANY_PORT, Cli, scratch } from '../support/cli.js'
import { PYTHON, requirePyzmq } from '../support/pyzmq.js'

/** Runs a program of Python, and gives what it prints, line by line. */
function python(program: string, ...args: string[]): AsyncIterator<string> {
  const child = spawn(PYTHON, ['-u', '-c', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]()
}

async function line(lines: AsyncIterator<string>): Promise<string> {
  const { value } = (await lines.next()) as { value?: string }
  return value ?? ''
}

const BEGIN = 'import sys, zmq, zmq.auth; context = zmq.Context()'
const BOUND =
  'port = socket.bind_to_random_port("tcp://127.0.0.1"); print("tcp://127.0.0.1:%d" % port)'

describe('pyzmq', () => {
  beforeEach(requirePyzmq)

  it('answers what req asks, by CURVE with certificates of its own', async () => {
    const folder = await scratch()
    const server = python(
      `${BEGIN}
zmq.auth.create_certificates(sys.argv[1], "server")
socket = context.socket(zmq.REP)
socket.curve_publickey, socket.curve_secretkey = zmq.auth.load_certificate(sys.argv[1] + "/server.key_secret")
socket.curve_server = True
${BOUND}
while True: socket.send(socket.recv() + b"!")`,
      folder,
    )
    const endpoint = await line(server)
    const key = join(folder, 'server.key')
    const ended = await Cli.run(['req', endpoint, '--curve-server', key], 'one\ntwo\n')
    expect(ended).toEqual({ code: 0, output: 'one!\ntwo!\n', errors: '' })
  })

  it('asks rep, by CURVE with certificates of keygen', async () => {
    const folder = await scratch()
    const key = join(folder, 'server')
    expect((await Cli.run(['keygen', '-o', key])).code).toBe(0)
    const security = ['--curve-secret', `${key}_secret`, '--curve-accept', 'any']
    const cli = Cli.start(['rep', ANY_PORT, '--echo', ...security])
    const client = python(
      `${BEGIN}
socket = context.socket(zmq.REQ)
socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
socket.curve_serverkey, _ = zmq.auth.load_certificate(sys.argv[2])
socket.connect(sys.argv[1])
socket.send_multipart([b"a", b"b"])
print(socket.recv_multipart())`,
      await cli.endpoint(),
      key,
    )
    expect(await line(client)).toBe("[b'a', b'b']")
  })

  it('publishes what sub prints, and pulls what push sends', async () => {
    const peer = python(`${BEGIN}
socket = context.socket(zmq.XPUB)
${BOUND}
assert socket.recv() == b"\\x01a"
socket.send_multipart([b"b", b"1"])
socket.send_multipart([b"a", b"2"])
socket = context.socket(zmq.PULL)
${BOUND}
for _ in range(2): print(socket.recv_multipart())`)
    const sub = await Cli.run(['sub', await line(peer), '-s', 'a', '-n', '1', '-d', ' '])
    expect(sub).toEqual({ code: 0, output: 'a 2\n', errors: '' })
    const push = Cli.run(['push', await line(peer), '-d', ','], 'x,y\nz\n')
    expect([await line(peer), await line(peer)]).toEqual(["[b'x', b'y']", "[b'z']"])
    expect((await push).code).toBe(0)
  })
})
