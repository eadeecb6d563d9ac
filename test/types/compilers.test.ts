import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectRoot } from '../support/program.js'
import { here, makeProject, packed, reference } from '../support/packed.js'

/**
 * Programs written for the reference compile against both libraries, whose name is `zeromq` in
 * either case, as with an alias of npm. The declarations of the library are checked with them.
 */
const programs = join(projectRoot, 'test/types/programs')

/** Each with the types of Node that it can read. */
const compilers = [
  { version: '4.9', nodeTypes: 'types-node-18' },
  { version: '5.0', nodeTypes: 'types-node-18' },
  { version: '5.4', nodeTypes: '@types/node' },
  { version: '5.9', nodeTypes: '@types/node' },
  { version: '6.0', nodeTypes: '@types/node' },
  { version: '7.0', nodeTypes: '@types/node' },
] as const

type Version = (typeof compilers)[number]['version']

const DEFAULT = 'default-import.ts'
const REQUIRED = 'required.ts'
const OTHER_ENTRIES = ['draft.ts', 'version-five.ts']
/** What there is nothing of in the reference. */
const BEYOND = 'beyond.ts'

interface Setup {
  readonly how: string
  readonly options: Readonly<Record<string, unknown>>
  /** The compilers it is tried with: those that know it, and are not between two others. */
  readonly versions: readonly Version[]
  /** Programs that it cannot compile, whatever they import. */
  readonly except: readonly string[]
}

const setups: readonly Setup[] = [
  {
    how: 'resolution node10, CommonJS, not strict, without esModuleInterop',
    options: {
      ...{ module: 'commonjs', moduleResolution: 'node', esModuleInterop: false, strict: false },
      ...{ target: 'es2018', lib: ['es2020'], types: ['node'] },
    },
    versions: ['4.9', '5.9', '6.0'],
    except: [DEFAULT],
  },
  {
    how: 'resolution NodeNext, CommonJS, strict, types of Node not listed',
    options: { module: 'nodenext', moduleResolution: 'nodenext', strict: true, types: [] },
    versions: ['4.9', '5.4', '5.9', '7.0'],
    except: [],
  },
  {
    how: 'resolution Node16, ES modules, strict',
    options: { module: 'node16', moduleResolution: 'node16', strict: true, lib: ['es2022', 'dom'] },
    versions: ['4.9', '5.9', '7.0'],
    except: [REQUIRED],
  },
  {
    how: 'resolution Bundler, strict, exactOptionalPropertyTypes',
    options: {
      ...{ module: 'esnext', moduleResolution: 'bundler', strict: true },
      exactOptionalPropertyTypes: true,
    },
    versions: ['5.0', '5.4', '5.9', '6.0', '7.0'],
    except: [REQUIRED],
  },
]

const compilerOf = (version: Version): string =>
  here(join(version === '6.0' ? 'typescript' : `typescript-${version}`, 'bin/tsc'))

/** What the compiler has to say; nothing if all is well. */
function compile(directory: string, version: Version, config: string): Promise<string> {
  return new Promise((resolve) => {
    const argv = [compilerOf(version), '--project', config]
    execFile(process.execPath, argv, { cwd: directory }, (error, output) => {
      resolve(error !== null && output === '' ? error.message : output)
    })
  })
}

const sources = Object.fromEntries(
  await Promise.all(
    (await readdir(programs)).map(async (name) => {
      return [name, await readFile(join(programs, name), 'utf8')] as const
    }),
  ),
)

/** The settings of a compiler: what all have in common, and what this one wants. */
function configuration(version: Version, { options }: Setup, except: string[]): string {
  const compilerOptions = {
    ...{ target: 'es2022', lib: ['es2022'], noEmit: true, skipLibCheck: false },
    ...(version === '6.0' ? { ignoreDeprecations: '6.0' } : {}),
    esModuleInterop: true,
    ...options,
  }
  const files = Object.keys(sources).filter((name) => !except.includes(name))
  return JSON.stringify({ compilerOptions, files })
}

let ours: string
let root: string

beforeAll(async () => {
  ours = await packed()
  root = await mkdtemp(join(tmpdir(), 'zw-types-'))
})

afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

describe.each(compilers)('TypeScript $version', ({ version, nodeTypes }) => {
  const possible = setups.filter(({ versions }) => versions.includes(version))

  describe.each(possible)('with $how', (setup) => {
    // That they are programs for the reference is shown once, by the newest compiler.
    const libraries = version === setup.versions.at(-1) ? ['reference', 'zerowire'] : ['zerowire']

    it.each(libraries)('compiles programs against %s', { timeout: 300_000 }, async (library) => {
      const directory = await mkdtemp(join(root, 'project-'))
      const module = setup.how.includes('ES modules') ? 'module' : 'commonjs'
      // To ES modules the reference's other entries are files, with a suffix.
      const missing = library === 'reference' && module === 'module' ? OTHER_ENTRIES : []
      const beyond = library === 'reference' ? [BEYOND] : []
      const except = [...setup.except, ...missing, ...beyond]
      const installed = {
        zeromq: library === 'reference' ? reference : ours,
        '@types/node': here(nodeTypes),
        'undici-types': here('undici-types'),
      }
      await makeProject(directory, installed, {
        ...sources,
        'package.json': JSON.stringify({ type: module }),
        'tsconfig.json': configuration(version, setup, except),
      })
      expect(await compile(directory, version, 'tsconfig.json')).toBe('')
    })
  })
})

/** Neither the types of Node nor what the newest engines have. */
const page = `import { Subscriber, type Message } from 'zeromq'
export async function show(): Promise<string> {
  const subscriber = new Subscriber({ receiveHighWaterMark: 10 })
  subscriber.connect('ws://localhost:8080/news')
  subscriber.subscribe('news')
  for await (const [topic, text] of subscriber) if (topic.length > 0) return text.toString()
  const [part]: Message[] = await subscriber.receive()
  const bytes: Uint8Array = part
  return String(bytes)
}
`

describe.each(['4.9', '5.9', '7.0'] as const)('TypeScript %s, for a page', (version) => {
  it.each(['es2020', 'esnext'])(
    'compiles without the types of Node, lib %s',
    async (lib) => {
      const directory = await mkdtemp(join(root, 'page-'))
      const compilerOptions = {
        ...{ target: 'es2020', lib: [lib, 'dom'], types: [], noEmit: true, skipLibCheck: false },
        ...{ module: 'esnext', moduleResolution: version === '4.9' ? 'node' : 'bundler' },
        strict: true,
      }
      await makeProject(
        directory,
        { zeromq: ours },
        {
          'page.ts': page,
          'tsconfig.json': JSON.stringify({ compilerOptions, files: ['page.ts'] }),
        },
      )
      expect(await compile(directory, version, 'tsconfig.json')).toBe('')
    },
    120_000,
  )
})
