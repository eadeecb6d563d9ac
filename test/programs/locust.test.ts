import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Router } from 'zerowire'
import { pack, unpack, type Value } from '../../examples/locust/msgpack.js'
import { LocustWorker, type Task } from '../../examples/locust/worker.js'
import { Child } from '../support/child.js'
import { projectRoot } from '../support/program.js'
import { holds } from '../support/property.js'
import { PYTHON } from '../support/pyzmq.js'
import { requires } from '../support/requires.js'
import { track } from '../support/track.js'
import { bindFresh, temporaryDirectory } from '../support/transports.js'
import { WakeUp } from '../support/wake-up.js'

const requireLocust = requires(
  'python3-locust',
  () => spawnSync(PYTHON, ['-c', 'import locust']).status === 0,
)

/** Tells where the master is, and after each report what it has added up. */
const TELLING = `
import json
from locust import events

@events.init.add_listener
def on_init(environment, **kwargs):
    print("tcp://127.0.0.1:%i" % environment.runner.server.port, flush=True)
    @environment.events.worker_report.add_listener
    def on_report(client_id, data):
        stats = environment.stats
        print(json.dumps({
            "users": data["user_count"],
            "total": stats.total.num_requests,
            "requests": {e.name: [e.num_requests, e.num_failures] for e in stats.entries.values()},
            "errors": {e.error: e.occurrences for e in stats.errors.values()},
            "exceptions": [e["msg"] for e in environment.runner.exceptions.values()],
            "slow": stats.total.get_response_time_percentile(1.0),
        }), flush=True)
`

interface Report {
  readonly users: number
  readonly total: number
  readonly requests: Readonly<Record<string, readonly [requests: number, failures: number]>>
  readonly errors: Readonly<Record<string, number>>
  readonly exceptions: readonly string[]
  readonly slow: number
}

interface Master {
  readonly address: string
  /** The first report from now on that is like this. */
  until(holds: (report: Report) => boolean): Promise<Report>
  /** Ends the test run, as Ctrl-C does. */
  interrupt(): Promise<number | null>
  readonly exit: Promise<number | null>
}

/** A real one, for one worker, that lets three users visit a host, for 100 seconds at most. */
async function startMaster(host: string): Promise<Master> {
  const folder = temporaryDirectory()
  const file = join(folder, 'locustfile.py')
  writeFileSync(
    file,
    readFileSync(join(projectRoot, 'examples/locust/locustfile.py'), 'utf8') + TELLING,
  )
  const where = ['--master-bind-host', '127.0.0.1', '--master-bind-port', '0', '--host', host]
  const how = [
    '--headless',
    '--expect-workers',
    '1',
    '-u',
    '3',
    '-r',
    '3',
    '-t',
    '100s',
    '-L',
    'ERROR',
  ]
  const args = ['-m', 'locust', '-f', file, '--master', '--only-summary', ...where, ...how]
  const child = spawn(PYTHON, args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exit = once(child, 'exit').then(([code]) => code as number | null)
  const lines: string[] = []
  const news = new WakeUp()
  const output = createInterface({ input: child.stdout })
  output.on('line', (line) => {
    lines.push(line)
    news.notify()
  })
  output.on('close', () => news.end(new Error('the master has ended')))
  const address = await news.until(() => lines.shift())
  return {
    address,
    until: (holds) =>
      news.until(() => {
        for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
          const report = line.startsWith('{') ? (JSON.parse(line) as Report) : undefined
          if (report && holds(report)) return report
        }
        return undefined
      }),
    interrupt() {
      child.kill('SIGINT')
      return exit
    },
    exit,
  }
}

/** A worker that works until the test ends at the latest. */
function joining(
  address: string,
  tasks: Record<string, Task>,
): { worker: LocustWorker; done: Promise<void> } {
  const worker = new LocustWorker(tasks, 100)
  const done = worker.work(address)
  onTestFinished(() => worker.close())
  return { worker, done }
}

/** For users that have done what they had to: until they are stopped. */
function rest(signal: AbortSignal): Promise<unknown> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })
}

describe('MessagePack', () => {
  const { value } = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      ...[
        fc.constant(null),
        fc.boolean(),
        fc.string(),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true }).map((number) => number + 0),
      ],
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .array(fc.tuple(fc.oneof(fc.string(), fc.nat()), tie('value')), { maxLength: 4 })
        .map((entries) => new Map(entries)),
    ),
  }))

  it('reads what it has written', () => {
    holds(
      fc.property(value, (one) => {
        expect(unpack(pack(one))).toEqual(one)
      }),
    )
  })

  it('reads bytes of any kind, or says that it cannot', () => {
    holds(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          unpack(Buffer.from(bytes))
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
    )
    expect(() => unpack(Buffer.alloc(5000, 0x91))).toThrow('values too deep in each other')
  })
})

describe("what Locust's own MessagePack", () => {
  beforeEach(requireLocust)

  it('has written is read, in all its forms', () => {
    const code = `
import msgpack, sys
numbers = [0, 127, 128, 255, 256, 65535, 65536, 2**32, -1, -32, -33, -128, -129, -40000, -2**31, -2**40]
texts = ["", "x" * 31, "x" * 32, "x" * 300, "x" * 70000, "ü"]
value = [None, True, False, 1.5, numbers, texts, [0] * 16, [0] * 70000, {1: {"a": []}}, {i: i for i in range(20)}]
sys.stdout.buffer.write(msgpack.dumps(value) if sys.argv[1] == "write" else
    (b"same" if msgpack.loads(sys.stdin.buffer.read(), raw=False, strict_map_key=False) == value else b"other"))`
    const python = (word: string, input: Buffer = Buffer.alloc(0)): Buffer =>
      execFileSync(PYTHON, ['-c', code, word], { input })
    const value = unpack(python('write')) as Value[]
    expect(value.slice(0, 5)).toEqual([
      ...[null, true, false, 1.5],
      [
        0,
        127,
        128,
        255,
        256,
        65535,
        65536,
        2 ** 32,
        -1,
        -32,
        -33,
        -128,
        -129,
        -40000,
        -(2 ** 31),
        -(2 ** 40),
      ],
    ])
    expect(String(python('read', pack(value)))).toBe('same')
  })
})

describe('a worker of Locust', { timeout: 120_000 }, () => {
  beforeEach(requireLocust)

  it('runs as many users as the master says, which adds up what they measure', async () => {
    const master = await startMaster('http://127.0.0.1')
    const hosts = new Set<string>()
    const { worker, done } = joining(master.address, {
      async Visitor(host, measured, signal) {
        hosts.add(host)
        for (let round = 1; round <= 10; round++) {
          measured({ method: 'GET', name: 'fast', milliseconds: round, length: 10 })
          const slow = { method: 'GET', name: 'slow', milliseconds: 1234, length: 0 }
          measured(round === 10 ? { ...slow, error: 'too slow' } : slow)
        }
        await rest(signal)
      },
    })
    const report = await master.until(({ total }) => total === 60)
    expect(report).toEqual({
      ...{ users: 3, total: 60, exceptions: [], slow: 1200 },
      requests: { fast: [30, 0], slow: [30, 3] },
      errors: { 'too slow': 3 },
    })
    expect([...hosts]).toEqual(['http://127.0.0.1'])
    // Locust's code for a run in which something failed.
    expect(await master.interrupt()).toBe(1)
    await done
    expect(worker.malformed).toBe(0)
  })

  it('tells of users that fail, and lets them go on', async () => {
    const master = await startMaster('http://127.0.0.1')
    let failures = 0
    const { done } = joining(master.address, {
      async Visitor(_host, measured, signal) {
        if (failures++ < 3) throw new Error('no idea what to do')
        measured({ method: 'GET', name: 'it', milliseconds: 1, length: 1 })
        await rest(signal)
      },
    })
    const report = await master.until(({ total }) => total === 3)
    expect(report.exceptions).toEqual(['no idea what to do'])
    await master.interrupt()
    await done
  })
})

describe('a master that is none', () => {
  it('is not believed', async () => {
    const router = track(new Router())
    const { worker, done } = joining(await bindFresh(router), {})
    const [id = '', hello] = await router.receive()
    expect(unpack(Buffer.from(hello ?? ''))).toEqual(['client_ready', -1, String(id)])
    const nonsense = [
      pack('ack'),
      pack(['spawn', 1, '']),
      pack(['dance', null, '']),
      Buffer.of(0xc1),
      '',
    ]
    for (const each of nonsense) await router.send([id, each])
    await router.send([id, pack(['spawn', new Map(), ''])])
    await router.send([id, pack(['quit', null, ''])])
    await done
    expect(worker.malformed).toBe(nonsense.length)
  })
})

describe('examples/locust', { timeout: 120_000 }, () => {
  beforeEach(requireLocust)

  it('visits a host, and reports to a real master', async () => {
    const answered: Record<string, number> = { '/': 0, '/news': 0 }
    const server = createServer((request, response) => {
      const path = request.url ?? ''
      answered[path] = (answered[path] ?? 0) + 1
      response.statusCode = path === '/' ? 200 : 404
      response.end('hello')
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    const { port } = server.address() as AddressInfo
    const master = await startMaster(`http://127.0.0.1:${port}`)
    const worker = Child.run('examples/locust/main.ts', master.address)
    const { requests, errors } = await master.until(({ total }) => total > 20)
    const [all, failed] = requests['/news'] ?? [0, 0]
    expect(failed).toBe(all)
    expect(errors).toEqual({ '404 Not Found': all })
    expect(requests['/']?.[1]).toBe(0)
    expect(all).toBeLessThanOrEqual(answered['/news'] ?? 0)
    await master.interrupt()
    expect(await worker.exit).toBe(0)
  })
})
