import { writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build as esbuild } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { build as vite } from 'vite'
import { consumer } from '../support/consumer.js'
import { projectRoot } from '../support/program.js'

/** KiB of all socket types, minified and compressed. */
const MOST = 25

/** A program that uses every socket type, so that nothing of them can be left out. */
const types =
  'Context, Dealer, Observer, Pair, Publisher, Pull, Push, Reply, Request, Router, Subscriber, XPublisher, XSubscriber'
const program = `import { ${types} } from 'zerowire'; Object.assign(globalThis, { ${types} })`

interface Bundle {
  /** What is loaded at once. */
  readonly code: string
  /** The files that went into it, in relation to the project. */
  readonly modules: string[]
  /** The same of what is loaded when it is needed. */
  readonly laterModules: string[]
  /** What it leaves for others to resolve. */
  readonly imports: string[]
}

/** A file that a bundler makes. */
interface Piece {
  readonly name: string
  readonly code: string
  readonly modules: string[]
  /** Other pieces, and what is for others to resolve; what is loaded later is not here. */
  readonly imports: string[]
}

/** Tells what is loaded with the first piece from what is loaded later. */
function assemble(first: string, pieces: readonly Piece[]): Bundle {
  const byName = new Map(pieces.map((piece) => [piece.name, piece]))
  const reached = new Set<string>()
  const reach = (name: string): void => {
    if (reached.has(name) || !byName.has(name)) return
    reached.add(name)
    byName.get(name)?.imports.forEach(reach)
  }
  reach(first)
  const atOnce = pieces.filter(({ name }) => reached.has(name))
  const later = pieces.filter(({ name }) => !reached.has(name))
  return {
    code: atOnce.map(({ code }) => code).join(''),
    modules: atOnce.flatMap(({ modules }) => modules),
    laterModules: later.flatMap(({ modules }) => modules),
    imports: pieces.flatMap(({ imports }) => imports).filter((name) => !byName.has(name)),
  }
}

async function byEsbuild(): Promise<Bundle> {
  const { outputFiles, metafile } = await esbuild({
    stdin: { contents: program, resolveDir: await consumer(), sourcefile: 'main.js' },
    absWorkingDir: projectRoot,
    ...({ bundle: true, splitting: true, minify: true, write: false, metafile: true } as const),
    ...({ platform: 'browser', format: 'esm', target: 'es2022', outdir: '.' } as const),
  })
  const codes = new Map(outputFiles.map(({ path, text }) => [relative(projectRoot, path), text]))
  const pieces = Object.entries(metafile.outputs).map(([name, { inputs, imports }]) => ({
    ...{ name, code: codes.get(name) ?? '' },
    modules: Object.keys(inputs).filter((input) => !input.endsWith('main.js')),
    imports: imports.filter(({ kind }) => kind !== 'dynamic-import').map(({ path }) => path),
  }))
  const first = Object.entries(metafile.outputs).find(([, { entryPoint }]) =>
    entryPoint?.endsWith('main.js'),
  )
  return assemble(first?.[0] ?? '', pieces)
}

async function byVite(): Promise<Bundle> {
  const root = await consumer()
  const entry = join(root, 'main.js')
  await writeFile(entry, program)
  const built = await vite({
    ...{ root, configFile: false, logLevel: 'error' },
    build: { rolldownOptions: { input: entry }, write: false, modulePreload: false },
  })
  const outputs = [built].flat().flatMap((result) => ('output' in result ? result.output : []))
  const chunks = outputs.flatMap((output) => (output.type === 'chunk' ? [output] : []))
  const pieces = chunks.map(({ fileName, code, imports, moduleIds }) => ({
    ...{ name: fileName, code, imports },
    modules: moduleIds
      .filter((id) => id !== entry && !id.startsWith('\0'))
      .map((id) => relative(projectRoot, id)),
  }))
  return assemble(
    chunks.find(({ facadeModuleId }) => facadeModuleId === entry)?.fileName ?? '',
    pieces,
  )
}

describe.each([
  { bundler: 'esbuild', bundle: byEsbuild },
  { bundler: 'Vite', bundle: byVite },
])('a bundle for browsers by $bundler', ({ bundler, bundle }) => {
  it('holds what is in dist/ for browsers, nothing of Node and no other package', async () => {
    const { modules, imports, laterModules } = await bundle()
    expect(imports).toEqual([])
    expect(modules).toContain('dist/platform/browser.js')
    const strange = modules.filter((name) => !name.startsWith('dist/'))
    const ofNode = modules.filter((name) => /^dist\/(node\/|platform\/node\.js$)/.test(name))
    expect({ strange, ofNode }).toEqual({ strange: [], ofNode: [] })
    const packages = laterModules.filter((name) => !name.startsWith('dist/'))
    expect(packages.filter((name) => !name.includes('node_modules/@noble/'))).toEqual([])
    expect(laterModules).toContain('dist/security/curve-client.js')
    expect(laterModules).not.toContain('dist/security/engines/node.js')
  })

  it(`is at most ${String(MOST)} KiB, minified and compressed`, async () => {
    const { code } = await bundle()
    const size = gzipSync(code, { level: 9 }).length / 1024
    console.log(`${bundler} makes ${size.toFixed(1)} KiB`)
    expect(size).toBeLessThanOrEqual(MOST)
  })
})
