import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type Connection, KernelClient, type Output } from '../../examples/jupyter/client.js'
import { LocalKernel, PYTHON } from '../../examples/jupyter/kernel.js'
import { decode, encode, request } from '../../examples/jupyter/wire.js'
import { Child } from '../support/child.js'
import { PYTHON as interpreter } from '../support/pyzmq.js'
import { requires } from '../support/requires.js'
import { runScript } from '../support/run-script.js'
import { temporaryDirectory } from '../support/transports.js'
import { nextTurn } from '../support/turn.js'
import { WakeUp } from '../support/wake-up.js'

const requireKernel = requires(
  'python3-ipykernel',
  () => spawnSync(interpreter, ['-c', 'import ipykernel_launcher']).status === 0,
)

/** A kernel that runs until the test ends, and whatever it says of itself goes into a folder. */
async function start(): Promise<LocalKernel> {
  process.env['IPYTHONDIR'] = temporaryDirectory()
  const kernel = await LocalKernel.start(PYTHON)
  onTestFinished(() => kernel.kill())
  return kernel
}

/** While it is being written it is not always whole, or there. */
async function connectionIn(path: string): Promise<Connection | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Connection
  } catch {
    return undefined
  }
}

/** What a cell has shown so far. */
class Shown {
  readonly outputs: Output[] = []
  readonly #news = new WakeUp()
  readonly show = (output: Output): void => {
    this.outputs.push(output)
    this.#news.notify()
  }

  get text(): string {
    return this.outputs.map((output) => (output.type === 'stream' ? output.text : '')).join('')
  }

  until(text: string): Promise<boolean> {
    return this.#news.until(() => (this.text.includes(text) ? true : undefined))
  }
}

describe('messages of Jupyter', () => {
  const frames = encode(request('execute_request', { code: 'print("ü")' }), 'key').map((part) =>
    Buffer.from(part),
  )

  it('are what they were, behind routing ids and before buffers', () => {
    const decoded = decode([Buffer.from('id'), ...frames, Buffer.from([1, 2])], 'key')
    expect(decoded?.content).toEqual({ code: 'print("ü")' })
    expect(decoded?.header.msg_type).toBe('execute_request')
  })

  it('are signed: not a bit of them can be changed, nor is there another key', () => {
    expect(decode(frames, 'kez')).toBeUndefined()
    expect(decode(frames.slice(0, 5), 'key')).toBeUndefined()
    expect(decode([], 'key')).toBeUndefined()
    frames.forEach((frame, number) => {
      for (let bit = 0; bit < frame.length * 8; bit++) {
        const changed = frames.map((each) => Buffer.from(each))
        const target = changed[number] ?? Buffer.alloc(0)
        target[bit >> 3] = (target[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(decode(changed, 'key')).toBeUndefined()
      }
    })
  })
})

describe('a client of a Jupyter kernel', { timeout: 120_000 }, () => {
  beforeEach(requireKernel)

  it('runs code, which remembers what was run before', async () => {
    const { client } = await start()
    expect(await client.ready()).toMatchObject({ status: 'ok', implementation: 'ipython' })
    const shown = new Shown()
    const first = await client.execute('x = 6', shown.show)
    expect(first).toMatchObject({ status: 'ok', execution_count: 1 })
    await client.execute(
      'import sys; print("out"); print("err", file=sys.stderr); x * 7',
      shown.show,
    )
    expect(shown.outputs).toContainEqual({ type: 'stream', name: 'stderr', text: 'err\n' })
    expect(shown.outputs.at(-1)).toEqual({ type: 'result', data: { 'text/plain': '42' } })
    expect(await client.isAlive()).toBe(true)
    expect(client.forged).toBe(0)
  })

  it('shows output as it comes, in order, and all of it', async () => {
    const { client } = await start()
    const go = join(temporaryDirectory(), 'go')
    const shown = new Shown()
    const running = client.execute(
      `import os
os.mkfifo(${JSON.stringify(go)})
print("begun", flush=True)
open(${JSON.stringify(go)}).read()
for i in range(3000): print(i)`,
      shown.show,
    )
    await shown.until('begun\n')
    await writeFile(go, '')
    expect(await running).toMatchObject({ status: 'ok' })
    expect(shown.text.split('\n')).toEqual(['begun', ...Array(3000).keys(), ''].map(String))
  })

  it.each(['signal', 'message'] as const)('interrupts a cell by a %s', async (way) => {
    const kernel = await start()
    const { client } = kernel
    const shown = new Shown()
    const running = client.execute('print("begun", flush=True)\nwhile True: pass', shown.show)
    await shown.until('begun')
    // However busy it is.
    expect(await client.isAlive(20_000)).toBe(true)
    await (way === 'signal' ? kernel.interrupt() : client.interrupt())
    expect(await running).toMatchObject({ status: 'error', ename: 'KeyboardInterrupt' })
    expect(shown.outputs.at(-1)).toMatchObject({ type: 'error', name: 'KeyboardInterrupt' })
    expect(await client.execute('1', shown.show)).toMatchObject({ status: 'ok' })
  })

  it('tells errors, of which one is to ask for input', async () => {
    const { client } = await start()
    const shown = new Shown()
    expect(await client.execute('1 / 0', shown.show)).toMatchObject({ ename: 'ZeroDivisionError' })
    expect(await client.execute('input()', shown.show)).toMatchObject({
      ename: 'StdinNotImplementedError',
    })
  })

  it('notices the end of its kernel', async () => {
    const kernel = await start()
    const running = kernel.client.execute('import os; os._exit(3)', () => undefined)
    await expect(running).rejects.toThrow('the kernel has ended')
    expect(await kernel.exit).toBe(3)
    const other = await start()
    expect(await other.shutdown()).toBe(0)
    const missing = LocalKernel.start({ argv: ['/nowhere/python3'] })
    await expect(missing).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is not heard without the key, over TCP as well', async () => {
    const folder = temporaryDirectory()
    const path = join(folder, 'connection.json')
    const argv = PYTHON.argv.map((arg) => arg.replace('{connection_file}', path))
    // Port 0: the kernel chooses, and writes down what it chose.
    const ports = { shell_port: 0, control_port: 0, iopub_port: 0, stdin_port: 0, hb_port: 0 }
    const how = { transport: 'tcp', ip: '127.0.0.1', signature_scheme: 'hmac-sha256', key: 'key' }
    writeFileSync(path, JSON.stringify({ ...how, ...ports }))
    const kernel = spawn(argv[0] ?? '', argv.slice(1), {
      stdio: 'ignore',
      env: { ...process.env, IPYTHONDIR: folder },
    })
    const exit = once(kernel, 'exit')
    onTestFinished(() => void kernel.kill('SIGKILL'))
    let connection: Connection | undefined
    while (!connection?.hb_port) {
      expect(kernel.exitCode).toBeNull()
      await nextTurn()
      connection = await connectionIn(path)
    }
    const [knowing, stranger] = [
      new KernelClient(connection),
      new KernelClient({ ...connection, key: '' }),
    ]
    onTestFinished(async () => {
      await knowing.close()
      await stranger.close()
    })
    await knowing.ready()
    const shown = new Shown()
    const unheard = stranger.execute('x = "broken in"', shown.show)
    // It hears what others have run, but believes nothing of it.
    await knowing.execute('x = globals().get("x", "nothing")', shown.show)
    while (stranger.forged === 0) await knowing.execute('', shown.show)
    await knowing.execute('print(x)', shown.show)
    expect(shown.text).toBe('nothing\n')
    await knowing.shutdown()
    expect((await exit)[0]).toBe(0)
    await stranger.close()
    await expect(unheard).rejects.toThrow('the client was closed')
  })

  it('wants signatures that it knows', () => {
    const connection = { transport: 'tcp', ip: '127.0.0.1', signature_scheme: 'hmac-md5' }
    expect(() => new KernelClient(connection as Connection)).toThrow('hmac-md5')
  })
})

describe('examples/jupyter', { timeout: 120_000 }, () => {
  beforeEach(requireKernel)
  const main = 'examples/jupyter/main.ts'

  it('prints what cells show, and ends', async () => {
    const { code, output, errors } = await runScript(main, 'print(1)', 'x = 20', 'x + 1')
    expect({ code, output, errors }).toEqual({ code: 0, output: '1\n21\n', errors: '' })
  })

  it('ends with an error at the first cell that has one', async () => {
    const { code, output, errors } = await runScript(main, 'print(1)', 'nothing', 'print(2)')
    expect({ code, output }).toEqual({ code: 1, output: '1\n' })
    expect(errors).toContain("name 'nothing' is not defined")
  })

  it('is interrupted by Ctrl-C', async () => {
    const program = Child.run(main, 'print("begun", flush=True)\nwhile True: pass')
    expect(await program.line()).toBe('begun')
    expect(await program.interrupt()).toBe(1)
  })
})
