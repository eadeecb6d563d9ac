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

/** The few lines with which Vite's bundler holds modules together. */
const RUNTIME = '\0rolldown/runtime.js'

interface Bundle {
  readonly code: string
  /** The files that went into it, in relation to the project. */
  readonly modules: string[]
  /** What it leaves for others to resolve. */
  readonly imports: string[]
}

async function byEsbuild(): Promise<Bundle> {
  const { outputFiles, metafile } = await esbuild({
    stdin: { contents: program, resolveDir: await consumer() },
    absWorkingDir: projectRoot,
    ...({ bundle: true, minify: true, write: false, metafile: true } as const),
    ...({ platform: 'browser', format: 'esm', target: 'es2022' } as const),
  })
  const [output] = Object.values(metafile.outputs)
  return {
    code: outputFiles.map(({ text }) => text).join(''),
    modules: Object.keys(metafile.inputs).filter((name) => name !== '<stdin>'),
    imports: (output?.imports ?? []).map(({ path }) => path),
  }
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
  return {
    code: chunks.map(({ code }) => code).join(''),
    modules: chunks
      .flatMap(({ moduleIds }) => moduleIds)
      .filter((id) => id !== entry && id !== RUNTIME)
      .map((id) => relative(projectRoot, id)),
    imports: chunks.flatMap(({ imports }) => imports),
  }
}

describe.each([
  { bundler: 'esbuild', bundle: byEsbuild },
  { bundler: 'Vite', bundle: byVite },
])('a bundle for browsers by $bundler', ({ bundler, bundle }) => {
  it('holds what is in dist/ for browsers, nothing of Node and no other package', async () => {
    const { modules, imports } = await bundle()
    expect(imports).toEqual([])
    expect(modules).toContain('dist/platform/browser.js')
    const strange = modules.filter((name) => !name.startsWith('dist/'))
    const ofNode = modules.filter((name) => /^dist\/(node\/|platform\/node\.js$)/.test(name))
    expect({ strange, ofNode }).toEqual({ strange: [], ofNode: [] })
  })

  it(`is at most ${String(MOST)} KiB, minified and compressed`, async () => {
    const { code } = await bundle()
    const size = gzipSync(code, { level: 9 }).length / 1024
    console.log(`${bundler} makes ${size.toFixed(1)} KiB`)
    expect(size).toBeLessThanOrEqual(MOST)
  })
})
