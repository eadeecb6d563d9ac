import { readdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { build as esbuild, type Plugin } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { build as vite } from 'vite'
import { consumer } from '../support/consumer.js'
import { projectRoot } from '../support/program.js'

/** KiB of all socket types, minified and compressed: what is loaded at once, and what is when it is needed. */
const MOST = 25
const MOST_LATER = 22

/** A program that uses every socket type, so that nothing of them can be left out. */
const types =
  'Context, Dealer, Observer, Pair, Publisher, Pull, Push, Reply, Request, Router, Subscriber, XPublisher, XSubscriber'
const program = `import { ${types} } from 'zerowire'; Object.assign(globalThis, { ${types} })`

/** The few lines of its own with which Vite holds modules together. */
const OF_VITE = '\0'

/** What those load who have to prove who they are, or want proof. */
const LATER = ['dist/browser/chunks/secure.js', 'dist/browser/chunks/authentication.js']
const OF_LATER = /\/(secure|authentication)\.js$/
/** Nothing there needs Node, whose build is beside it. */
const OF_PAGES = 'dist/browser/'
const ENGINE = /(^|\/)node_modules\/@noble\//

interface Chunk {
  readonly code: string
  /** The files that went into it, in relation to the project. */
  readonly modules: string[]
  readonly isEntry: boolean
  /** The chunks that it cannot begin without, by name. */
  readonly needs: string[]
}

type Chunks = ReadonlyMap<string, Chunk>

const leftOut: Plugin = {
  name: 'left out',
  setup(build) {
    build.onResolve({ filter: OF_LATER }, ({ path }) => ({ path, external: true }))
  },
}

/** What Vite adds to programs that load something later, 0.7 KiB for all of it together, is not ours. */
const bare = {
  name: 'bare',
  enforce: 'pre' as const,
  load: (id: string) =>
    id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load()' : null,
}

/** @param later is false where what is loaded later is left to others. */
async function byEsbuild(later = true): Promise<Chunks> {
  const { outputFiles, metafile, warnings } = await esbuild({
    stdin: { contents: program, resolveDir: await consumer() },
    absWorkingDir: projectRoot,
    outdir: 'out',
    ...(!later && { plugins: [leftOut] }),
    ...({ bundle: true, splitting: true, minify: true, write: false, metafile: true } as const),
    logLevel: 'silent',
    ...({ platform: 'browser', format: 'esm', target: 'es2022' } as const),
  })
  expect(warnings, 'what bundlers say of it').toEqual([])
  const codes = new Map(outputFiles.map(({ path, text }) => [relative(projectRoot, path), text]))
  return new Map(
    Object.entries(metafile.outputs).map(([name, { inputs, imports, entryPoint }]) => [
      name,
      {
        code: codes.get(name) ?? '',
        modules: Object.keys(inputs).filter((input) => input !== '<stdin>'),
        isEntry: entryPoint === '<stdin>',
        needs: imports.flatMap(({ kind, path }) => (kind === 'import-statement' ? [path] : [])),
      },
    ]),
  )
}

async function byVite(later = true): Promise<Chunks> {
  const root = await consumer()
  const entry = join(root, 'main.js')
  await writeFile(entry, program)
  const built = await vite({
    ...{ root, configFile: false, logLevel: 'error' },
    ...(!later && { plugins: [bare] }),
    build: {
      ...{ write: false, modulePreload: false },
      rolldownOptions: { input: entry, ...(!later && { external: OF_LATER }) },
    },
  })
  const outputs = [built].flat().flatMap((result) => ('output' in result ? result.output : []))
  const chunks = outputs.flatMap((output) => (output.type === 'chunk' ? [output] : []))
  return new Map(
    chunks.map(({ fileName, code, moduleIds, isEntry, imports }) => [
      fileName,
      {
        ...{ code, isEntry, needs: imports },
        modules: moduleIds
          .filter((id) => id !== entry && !id.startsWith(OF_VITE))
          .map((id) => relative(projectRoot, id)),
      },
    ]),
  )
}

/** What a bundle consists of: the entry with all that it cannot begin without, and the rest. */
function split(chunks: Chunks): { atOnce: Chunk[]; later: Chunk[] } {
  const names = new Set([...chunks].filter(([, { isEntry }]) => isEntry).map(([name]) => name))
  for (const name of names) {
    const chunk = chunks.get(name)
    if (chunk === undefined) throw new Error(`${name} is for others to resolve`)
    for (const need of chunk.needs) names.add(need)
  }
  const all = [...chunks]
  return {
    atOnce: all.flatMap(([name, chunk]) => (names.has(name) ? [chunk] : [])),
    later: all.flatMap(([name, chunk]) => (names.has(name) ? [] : [chunk])),
  }
}

const modulesOf = (chunks: readonly Chunk[]): string[] => chunks.flatMap(({ modules }) => modules)

/** KiB, all of it compressed together. */
function sizeOf(chunks: readonly Chunk[]): number {
  return gzipSync(chunks.map(({ code }) => code).join(''), { level: 9 }).length / 1024
}

describe.each([
  { bundler: 'esbuild', bundle: byEsbuild },
  { bundler: 'Vite', bundle: byVite },
])('a bundle for browsers by $bundler', ({ bundler, bundle }) => {
  it('loads at once what is in dist/ for browsers, nothing of Node and no other package', async () => {
    const modules = modulesOf(split(await bundle()).atOnce)
    expect(modules).toContain('dist/browser/chunks/core.js')
    expect(modules.filter((name) => !name.startsWith(OF_PAGES) || LATER.includes(name))).toEqual([])
  })

  it('loads later what proves who somebody is, in JavaScript that browsers understand', async () => {
    const modules = modulesOf(split(await bundle()).later)
    expect(modules).toEqual(expect.arrayContaining(LATER))
    expect(modules.filter((name) => ENGINE.test(name))).not.toEqual([])
    expect(modules.filter((name) => !name.startsWith(OF_PAGES) && !ENGINE.test(name))).toEqual([])
  })

  it(`is at most ${String(MOST)} KiB and later ${String(MOST_LATER)}, minified and compressed`, async () => {
    const { later } = split(await bundle())
    // By itself: what it costs to load others later is their price.
    const size = sizeOf([...(await bundle(false)).values()])
    const rest = sizeOf(later)
    console.log(`${bundler} makes ${size.toFixed(2)} KiB, and ${rest.toFixed(2)} for later`)
    expect(size).toBeLessThanOrEqual(MOST)
    expect(rest).toBeLessThanOrEqual(MOST_LATER)
  })
})

describe('the patterns in a bundle for browsers', () => {
  it('share the sockets of the page, and need nothing of Node', async () => {
    const folder = await readdir(join(projectRoot, 'dist/patterns'))
    const names = folder.filter((name) => name.endsWith('.cjs')).map((name) => name.slice(0, -4))
    expect(names.length).toBeGreaterThan(20)
    const imports = names.map((name, i) => `import * as p${i} from 'zerowire/patterns/${name}'`)
    const all = `globalThis.loaded = [${names.map((_name, i) => `p${i}`).join(', ')}]`
    const program = [...imports, all].join('\n')
    const { metafile, outputFiles } = await esbuild({
      stdin: { contents: program, resolveDir: await consumer() },
      ...{ absWorkingDir: projectRoot, bundle: true, write: false, metafile: true },
      ...{ platform: 'browser', format: 'iife', logLevel: 'error', external: ['@noble/*'] },
    })
    const modules = Object.keys(metafile.inputs).filter((name) => name !== '<stdin>')
    expect(modules).toContain('dist/browser/chunks/core.js')
    expect(modules.filter((name) => !/^dist\/(browser|patterns|chunks)\//.test(name))).toEqual([])
    expect(modules).not.toContain('dist/chunks/core.cjs')
    // Without `process`, `require` and whatever else Node has.
    const { AbortSignal, Event, EventTarget, MessageChannel, TextDecoder, TextEncoder } = globalThis
    const page = {
      ...{ AbortSignal, Event, EventTarget, MessageChannel, TextDecoder, TextEncoder },
      ...{ crypto, performance, setTimeout, clearTimeout, setInterval, clearInterval },
      loaded: [{}],
    }
    runInNewContext(outputFiles[0]?.text ?? '', page)
    expect(page.loaded.map((one) => Object.keys(one).length > 1)).toEqual(names.map(() => true))
  })
})
