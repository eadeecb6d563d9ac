import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { here, makeProject, packed } from '../support/packed.js'

/** Sends a message to itself over TCP, and says what came; `zmq` is the library. */
const conversation = `
async function main() {
  const pull = new zmq.Pull()
  await pull.bind('tcp://127.0.0.1:*')
  const push = new zmq.Push({ linger: 0 })
  push.connect(pull.lastEndpoint as string)
  await push.send(['it', 'works'])
  const message = await pull.receive()
  console.log(message.join(' '))
  push.close()
  pull.close()
}
main().catch((error) => { console.error(error); process.exit(1) })
`
/** The same without types. */
const plain = conversation.replace(' as string', '')

interface Program {
  readonly how: string
  readonly file: string
  readonly text: string
  /** Arguments of Node before the file. */
  readonly flags?: readonly string[]
}

/** A pattern, which has to mean the same sockets. */
const pattern = `
async function main() {
  const server = new zmq.Reply()
  await server.bind('tcp://127.0.0.1:*')
  const client = new pirate.LazyPirate(server.lastEndpoint)
  const asked = client.request(['it', 'works'])
  await server.send(await server.receive())
  console.log((await asked).join(' '))
  await client.close()
  server.close()
}
main().catch((error) => { console.error(error); process.exit(1) })
`

/** Like loaders that know nothing of ES modules, such as those of test runners. */
const onlyCommonJs = '--no-experimental-require-module'

const programs: readonly Program[] = [
  { how: 'import * as', file: 'a.mjs', text: `import * as zmq from 'zeromq'${plain}` },
  { how: 'import default', file: 'b.mjs', text: `import zmq from 'zeromq'${plain}` },
  {
    how: 'import by name',
    file: 'c.mjs',
    text: `import { Push, Pull } from 'zeromq'\nconst zmq = { Push, Pull }${plain}`,
  },
  {
    how: 'import()',
    file: 'd.cjs',
    text: `let zmq\nimport('zeromq').then((all) => { zmq = all; return main() })${plain.replace(/main\(\)\.catch.*/, '')}`,
  },
  { how: 'require()', file: 'e.cjs', text: `const zmq = require('zeromq')${plain}` },
  {
    how: 'require() and destructuring',
    file: 'f.cjs',
    text: `const { Push, Pull } = require('zeromq')\nconst zmq = { Push, Pull }${plain}`,
  },
  {
    how: 'require() and a class replaced, as tests do',
    file: 'g.cjs',
    text: `const zmq = require('zeromq')
      const { Push } = zmq
      let made = 0
      zmq.Push = class extends Push { constructor(...args) { super(...args); made++ } }
      process.on('exit', () => { if (made !== 1) process.exitCode = 2 })${plain}`,
  },
  {
    how: 'require() where ES modules cannot be required',
    file: 'h.cjs',
    text: `const zmq = require('zeromq')${plain}`,
    flags: [onlyCommonJs],
  },
  {
    how: 'a worker thread without a file',
    file: 'i.cjs',
    text: `new (require('node:worker_threads').Worker)(${JSON.stringify(`const zmq = require('zeromq')${plain}`)}, { eval: true })`,
  },
  {
    how: 'tsx, as an ES module',
    file: 'j.mts',
    text: `import * as zmq from 'zeromq'${conversation}`,
    flags: ['--import', 'tsx'],
  },
  {
    how: 'tsx, as CommonJS',
    file: 'k.cts',
    text: `import * as zmq from 'zeromq'${conversation}`,
    flags: ['--import', 'tsx'],
  },
  {
    how: 'ts-node, import * as',
    file: 'l.ts',
    text: `import * as zmq from 'zeromq'${conversation}`,
    flags: ['--require', 'ts-node/register'],
  },
  {
    how: 'ts-node, import default',
    file: 'm.ts',
    text: `import zmq from 'zeromq'${conversation}`,
    flags: ['--require', 'ts-node/register'],
  },
  {
    how: 'ts-node, import = require() where ES modules cannot be required',
    file: 'n.ts',
    text: `import zmq = require('zeromq')${conversation}`,
    flags: [onlyCommonJs, '--require', 'ts-node/register'],
  },
  {
    how: 'a pattern, by import',
    file: 'o.mjs',
    text: `import * as zmq from 'zeromq'\nimport * as pirate from 'zeromq/patterns/lazy-pirate'${pattern}`,
  },
  {
    how: 'a pattern, by require() where ES modules cannot be required',
    file: 'p.cjs',
    text: `const zmq = require('zeromq')\nconst pirate = require('zeromq/patterns/lazy-pirate')${pattern}`,
    flags: [onlyCommonJs],
  },
]

const configuration = {
  compilerOptions: {
    ...{ module: 'commonjs', moduleResolution: 'node', target: 'es2022', strict: true },
    ...{ esModuleInterop: true, types: ['node'] },
  },
  'ts-node': { compiler: 'typescript-5.9' },
}

const CRYPTOGRAPHY = ['libsodium', '@noble/ciphers', '@noble/curves', '@noble/hashes']

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'zw-consumers-'))
  const installed = {
    // By an alias, and by its own name.
    ...{ zeromq: await packed(), zerowire: await packed() },
    ...{ '@types/node': here('@types/node'), 'undici-types': here('undici-types') },
    // What is loaded later, a bundler takes in.
    ...Object.fromEntries(CRYPTOGRAPHY.map((name) => [name, here(name)])),
  }
  await makeProject(directory, installed, {
    ...Object.fromEntries(programs.map(({ file, text }) => [file, text])),
    'package.json': '{}',
    'tsconfig.json': JSON.stringify(configuration),
  })
  for (const tool of ['tsx', 'ts-node', 'typescript-5.9']) {
    await promisify(execFile)('ln', ['-s', here(tool), join(directory, 'node_modules', tool)])
  }
}, 120_000)

afterAll(async () => {
  await rm(directory, { recursive: true, force: true })
})

async function run(file: string, flags: readonly string[] = []): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, file], {
    cwd: directory,
  })
  expect(stderr).toBe('')
  return stdout
}

describe('a program that has zerowire as zeromq', { timeout: 120_000 }, () => {
  it.each(programs)('works with $how', async ({ file, flags }) => {
    expect(await run(file, flags)).toBe('it works\n')
  })

  it('means the same library by import and by require()', async () => {
    const program = `import { createRequire } from 'node:module'
      import * as imported from 'zeromq'
      const required = createRequire(import.meta.url)('zeromq')
      console.log(imported.context === required.context, imported.Push === required.Push)`
    await makeProject(directory, {}, { 'same.mjs': program })
    expect(await run('same.mjs')).toBe('true true\n')
  })

  it('can be imported by the name it has of its own', async () => {
    const program = `import * as zmq from 'zerowire'${plain}`
    await makeProject(directory, {}, { 'own.mjs': program })
    expect(await run('own.mjs')).toBe('it works\n')
  })

  it.each(['cjs', 'esm'] as const)('works in a bundle for Node, %s', async (format) => {
    const outfile = join(directory, format === 'esm' ? 'bundle.mjs' : 'bundle.cjs')
    await build({
      ...{ stdin: { contents: `import zmq from 'zeromq'${plain}`, resolveDir: directory } },
      ...{ bundle: true, platform: 'node', format, outfile, logLevel: 'error' },
    })
    expect(await run(outfile)).toBe('it works\n')
  })
})
