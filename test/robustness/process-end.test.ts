import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fromSource, projectRoot } from '../support/program.js'
import { deserted } from '../support/transports.js'

/*
 * The same programs with this library and with the reference: whether they end by themselves, and
 * what they say until then.
 */
const LIBRARIES = { zerowire: [...fromSource], zeromq: [] }
type Library = keyof typeof LIBRARIES

/** What a program that ends by itself has no time to say, and one that lives on does. */
const ALIVE = 'alive'

/** So long lives what is expected to, and so long may it take what is not, in milliseconds. */
const [LONG, TOO_LONG] = [500, 60_000]

const inMain = (library: Library, { code, lines }: Program): string => `
  const zmq = await import('${library}')
  setTimeout(() => {
    process.getBuiltinModule('node:fs').writeSync(1, '${ALIVE}\\n')
    process.kill(process.pid, 'SIGKILL')
  }, ${String(lines?.includes(ALIVE) === true ? LONG : TOO_LONG)}).unref()
  // Nothing is collected as garbage.
  const keep = (socket) => (globalThis.kept = socket)
  ${code}
`

/** What `--import=tsx` does for the main thread alone. */
const WITH_TSX = `(await import('tsx/esm/api')).register()`

const inWorker = (library: Library, program: Program): string => `
  import { Worker } from 'node:worker_threads'
  const code = ${JSON.stringify(`;(async () => {${WITH_TSX}; ${inMain(library, program)}})()`)}
  new Worker(code, { eval: true }).on('error', (error) => console.log(error))
`

const WARNING = /^\(node:\d+\) (WARNING: Waiting for queued ZeroMQ messages to be delivered\..*)$/gm
const BLOCKY =
  "WARNING: Waiting for queued ZeroMQ messages to be delivered. Set 'context.blocky = false' to change this behaviour."
const NOT_BLOCKY = 'WARNING: Waiting for queued ZeroMQ messages to be delivered.'

interface Outcome {
  readonly code: number | null
  readonly lines: string[]
  readonly warnings: string[]
}

async function run(library: Library, code: string): Promise<Outcome> {
  const child = spawn(
    process.execPath,
    [...LIBRARIES[library], '--input-type=module', '--eval', code],
    {
      cwd: projectRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const [[exit], output, errors] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ])
  const warnings = [...errors.matchAll(WARNING)].map(([, warning = '']) => warning)
  return { code: exit, lines: output.split('\n').slice(0, -1), warnings }
}

interface Program {
  readonly title: string
  readonly code: string
  readonly lines?: string[]
  readonly warnings?: string[]
}

const lingering = (options: string): string => `
  const dealer = new zmq.Dealer(${options})
  dealer.connect('${deserted}')
  await dealer.send('for nobody')
`

const PROGRAMS: Program[] = [
  { title: 'an open socket', code: `new zmq.Dealer()` },
  { title: 'a bound socket', code: `await keep(new zmq.Dealer()).bind('tcp://127.0.0.1:*')` },
  {
    title: 'a socket bound by bindSync()',
    code: `keep(new zmq.Dealer()).bindSync('tcp://127.0.0.1:*')`,
  },
  { title: 'a socket that connects', code: `keep(new zmq.Dealer()).connect('${deserted}')` },
  {
    title: 'one that nothing answers',
    code: `keep(new zmq.Dealer()).connect('tcp://192.0.2.1:5555')`,
  },
  {
    title: 'a name to look up',
    code: `keep(new zmq.Dealer()).connect('tcp://no-such-host.invalid:5555')`,
  },
  {
    title: 'a bind under way',
    code: `keep(new zmq.Dealer()).bind('tcp://127.0.0.1:*').then(() => console.log('bound'))`,
    lines: ['bound'],
  },
  {
    title: 'connected sockets',
    code: `
      const [one, two] = [new zmq.Pair(), new zmq.Pair()]
      await one.bind('tcp://127.0.0.1:*')
      two.connect(one.lastEndpoint)
      await two.send('hello')
      console.log(String(await one.receive()))
    `,
    lines: ['hello'],
  },
  {
    title: 'a receive()',
    code: `
      const dealer = keep(new zmq.Dealer())
      dealer.connect('inproc://nobody')
      dealer.receive()
    `,
    lines: [ALIVE],
  },
  {
    title: 'a receive() with a time limit',
    code: `keep(new zmq.Dealer({ receiveTimeout: 50 })).receive().catch(({ code }) => console.log(code))`,
    lines: ['EAGAIN'],
  },
  {
    title: 'a for await loop',
    code: `
      ;(async () => {
        for await (const _ of keep(new zmq.Pull())) console.log('never')
      })()
    `,
    lines: [ALIVE],
  },
  { title: 'a send() that waits', code: `keep(new zmq.Dealer()).send('waits')`, lines: [ALIVE] },
  { title: 'a send() that is dropped', code: `await keep(new zmq.Publisher()).send('dropped')` },
  {
    title: 'an observer that a listener of its last event has closed',
    code: `
      const { events } = keep(new zmq.Dealer())
      const ended = new Promise((resolve) => events.on('end', resolve))
      events.on('end', () => events.close())
      kept.close()
      await ended
      keep(new zmq.Dealer({ receiveTimeout: 50 })).receive().catch(({ code }) => console.log(code))
    `,
    lines: ['EAGAIN'],
  },
  {
    title: 'events that are read',
    code: `
      ;(async () => {
        for await (const { type } of keep(new zmq.Dealer()).events) console.log(type)
      })()
    `,
    lines: [ALIVE],
  },
  {
    title: 'an observer that is read',
    code: `new zmq.Observer(keep(new zmq.Dealer())).receive()`,
    lines: [ALIVE],
  },
  {
    title: 'events that are read until the socket is closed',
    code: `
      const dealer = new zmq.Dealer()
      ;(async () => {
        for await (const { type } of dealer.events) console.log(type)
      })()
      dealer.close()
    `,
    lines: ['end'],
  },
  {
    title: 'a listener of events',
    code: `keep(new zmq.Dealer()).events.on('accept', () => undefined)`,
    lines: [ALIVE],
  },
  {
    title: 'a receive() of a closed socket',
    code: `
      const dealer = new zmq.Dealer()
      dealer.receive().catch(({ code }) => console.log(code))
      dealer.close()
    `,
    lines: ['EAGAIN'],
  },
  { title: 'a queued message', code: lingering('{ linger: 2000 }'), warnings: [BLOCKY] },
  {
    title: 'a queued message of a closed socket',
    code: `${lingering('{ linger: 2000 }')}; dealer.close()`,
    warnings: [BLOCKY],
  },
  { title: 'a queued message that may take 50 ms', code: lingering('{ linger: 50 }') },
  { title: 'a queued message that may take no time', code: lingering('{ linger: 0 }') },
  {
    title: 'a queued message, without blocky',
    code: `zmq.context.blocky = false; ${lingering('{ linger: 2000 }')}`,
    warnings: [NOT_BLOCKY],
  },
  {
    title: 'a queued message, without blocky or linger',
    code: `zmq.context.blocky = false; ${lingering('{}')}`,
  },
  {
    title: 'a queued message in another context',
    code: `
      const context = new zmq.Context()
      ${lingering('{ context, linger: 2000 }')}
    `,
    warnings: [BLOCKY],
  },
  {
    title: 'a queued message for nobody over inproc',
    code: `
      const dealer = keep(new zmq.Dealer())
      dealer.connect('inproc://nobody')
      await dealer.send('for nobody')
    `,
  },
]

/** Those that are tried in a thread as well, which ends as a process does. */
const IN_THREADS = [
  'a bound socket',
  'connected sockets',
  'a receive()',
  'a send() that waits',
  'events that are read',
  'a queued message',
  'a queued message that may take 50 ms',
  'a queued message, without blocky',
]
const CASES = [
  ...PROGRAMS.map((program) => ({ ...program, place: 'process', wrap: inMain })),
  ...PROGRAMS.filter(({ title }) => IN_THREADS.includes(title)).map((program) => ({
    ...program,
    place: 'worker',
    wrap: inWorker,
  })),
]

describe('as with the reference, it ends or lives on:', () => {
  it.each(CASES)('a $place with $title', async ({ wrap, ...program }) => {
    const { lines = [], warnings = [] } = program
    const expected = { code: lines.includes(ALIVE) ? null : 0, lines, warnings }
    const [ours, theirs] = await Promise.all([
      run('zerowire', wrap('zerowire', program)),
      run('zeromq', wrap('zeromq', program)),
    ])
    expect(ours).toEqual(expected)
    // On a busy machine its threads may need longer to end than it takes until the warning comes.
    if (warnings.length === 0) theirs.warnings.length = 0
    expect(theirs).toEqual(expected)
  })
})
