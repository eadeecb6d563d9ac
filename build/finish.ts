/**
 * Completes what the compiler has put into dist/.
 *
 * `dist/commonjs/` is what Node loads, by `require()` and by `import`, so that all parts of a program
 * mean the same classes; loaders with hooks, and those of test runners, cannot `require()` ES
 * modules. The types are there too. `dist/entry/` holds the doors to it, one of each kind, and one
 * for bundlers, which take in the modules instead.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const commonJs = join(root, 'dist/commonjs')

interface Door {
  readonly types: string
  readonly default: string
}

interface Manifest {
  readonly imports: Record<string, { readonly default: string }>
  readonly exports: Record<string, string | null | Record<'module' | 'import' | 'require', Door>>
}

/** The way from one file to another, as an import has it. */
function way(from: string, to: string): string {
  const path = posix.relative(dirname(from), to)
  return path.startsWith('.') ? path : `./${path}`
}

const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest
await writeFile(join(commonJs, 'package.json'), '{ "type": "commonjs" }\n')

// The names of package.json do not reach into a folder that has one of its own.
const names = Object.keys(manifest.imports)
const named = new RegExp(`"(${names.join('|')})"`, 'g')
/** Nor does the name of the package, by which patterns know it, and which may be another where it is installed. */
const itself = /(?<=(?:from |import\(|require\())(['"])zerowire(?:\/(\w+))?\1/g
const files = await readdir(commonJs, { recursive: true })
for (const file of files.filter((name) => /\.(js|d\.ts)$/.test(name))) {
  const path = join(commonJs, file)
  const text = await readFile(path, 'utf8')
  const resolved = text
    .replaceAll(named, (_whole, name: string) => {
      return JSON.stringify(way(`./dist/${file}`, manifest.imports[name]?.default ?? name))
    })
    .replaceAll(itself, (_whole, _quote, entry = 'index') => {
      return JSON.stringify(way(`./${file}`, `./${String(entry)}.js`))
    })
  if (resolved !== text) await writeFile(path, resolved)
}

// Makes `Buffer` known to programs that have the types of Node, whether they list them or not.
// And the names of `using` to those whose target is older, as the types of Node do.
const knownToAll = `/** @ts-ignore: not there in a program for browsers */
export type {} from '@types/node';
declare global {
    interface SymbolConstructor {
        readonly dispose: unique symbol;
        readonly asyncDispose: unique symbol;
    }
}
`
const messageTypes = join(commonJs, 'message.d.ts')
await writeFile(messageTypes, knownToAll + (await readFile(messageTypes, 'utf8')))

/** An object of its own, whose properties tests may replace, as those of the reference. */
const doorForRequire = (from: string): string => `'use strict'
const { default: _, ...all } = require(${from})
Object.defineProperties(all, { __esModule: { value: true }, default: { value: all } })
module.exports = all
`
const doorForImport = (
  from: string,
  exported: readonly string[],
): string => `import all from ${from}
export default all
export const { ${exported.join(', ')} } = all
`
/** Names, and all of them as the default; types as well as code. */
const modules = (from: string): string => `export * from ${from}
import * as all from ${from}
export { all as default }
`

/** Whatever stands for `*` in the name of an entry: each pattern has one. */
const patterns = (await readdir(join(commonJs, 'patterns'))).filter((name) => name !== 'common')
const entries = Object.entries(manifest.exports).flatMap(([name, doors]) => {
  if (doors === null || typeof doors === 'string') return []
  if (!name.includes('*')) return [doors]
  const text = JSON.stringify(doors)
  return patterns.map((pattern) => JSON.parse(text.replaceAll('*', pattern)) as typeof doors)
})

await mkdir(join(root, 'dist/entry/patterns'), { recursive: true })
for (const doors of entries) {
  const required = doors.require.default
  const inside = doors.require.types.replace(/d\.ts$/, 'js')
  const all = createRequire(import.meta.url)(join(root, inside)) as object
  const exported = Object.keys(all).filter((name) => name !== 'default')
  const quoted = (from: string, to: string): string => JSON.stringify(way(from, to))
  await writeFile(join(root, required), doorForRequire(quoted(required, inside)))
  const { types, default: imported } = doors.import
  await writeFile(join(root, imported), doorForImport(quoted(imported, required), exported))
  await writeFile(join(root, types), modules(quoted(types, inside)))
  const bundled = doors.module.default
  await writeFile(join(root, bundled), modules(quoted(bundled, inside.replace('/commonjs', ''))))
}
