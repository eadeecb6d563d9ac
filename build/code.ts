import { builtinModules } from 'node:module'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { transform } from 'esbuild'
import { rolldown, type OutputChunk, type OutputOptions, type Plugin } from 'rolldown'
import { entries, programs, root } from './entries.js'
import { linesOnly, withWholeStrings } from './source-map.js'

const TARGET = 'es2022'
/** Long enough to be small, short enough for the line that Node shows of an error nobody has caught. */
const LINE = 120

const MAP = '\n//# sourceMappingURL='

/** Patterns and the command line know the library by its name; which may be another where it is installed. */
const itself: Plugin = {
  name: 'itself',
  resolveId(id, importer) {
    const isUser = importer !== undefined && /^(patterns|src\/cli)\//.test(relative(root, importer))
    const [, rest] = /^zerowire((?:\/\w+)?)$/.exec(id) ?? []
    return isUser && rest !== undefined ? { id: `#zerowire${rest}`, external: true } : null
  },
}

/** An object of its own, whose properties tests may replace, as those of the reference. */
const AS_OBJECT = `{
  const { default: _, ...all } = exports
  Object.defineProperties(all, { __esModule: { value: true }, default: { value: all } })
  module.exports = all
}`

const isOthers = (id: string): boolean => /^(?!zerowire\b)[@\w]/.test(id)

/**
 * Node's own modules are asked of the process: works in a bundle of either kind too, and on a page as
 * long as nobody uses them.
 */
function ofProcess(code: string): string {
  return code.replaceAll(/\brequire\("(?:node:)?([^"]+)"\)/g, (call, name: string) => {
    return builtinModules.includes(name)
      ? `globalThis.process?.getBuiltinModule("node:${name}")`
      : call
  })
}

/**
 * Without comments, blanks and long names; those of classes and methods are kept, which a stack trace
 * shows. With a map where Node loads the library itself: who bundles for pages makes one of his own, and
 * those of patterns and programs would not fit into the size that the package may have.
 */
async function write(directory: string, chunk: OutputChunk): Promise<void> {
  const path = join(directory, chunk.fileName)
  const isLibrary = chunk.moduleIds.some((id) => /^src\/(?!cli\/)/.test(relative(root, id)))
  const own = isLibrary ? (chunk.map?.toString() ?? '') : ''
  const inline = own && `${MAP}data:application/json;base64,${Buffer.from(own).toString('base64')}`
  const limited = await transform(ofProcess(chunk.code) + inline, {
    ...{ loader: 'js', target: TARGET, lineLimit: LINE, legalComments: 'none' },
    ...{ minify: true, sourcemap: 'external', sourcesContent: false },
  })
  const { code, map } = withWholeStrings(limited.code, limited.map)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, code + (own && `${MAP}${basename(path)}.map\n`))
  if (own) await writeFile(`${path}.map`, linesOnly(map))
}

async function bundle(
  directory: string,
  input: Readonly<Record<string, string>>,
  conditionNames: string[],
  output: OutputOptions,
): Promise<readonly OutputChunk[]> {
  const bundled = await rolldown({
    ...{ input, cwd: root, platform: 'neutral', tsconfig: false, external: isOthers },
    ...{ plugins: [itself], resolve: { conditionNames }, transform: { target: TARGET } },
  })
  const made = await bundled.generate({
    ...{ dir: directory, minifyInternalExports: false, ...output },
    minify: {
      compress: { keepNames: { function: false, class: true } },
      mangle: { keepNames: { function: false, class: true } },
      codegen: false,
    },
    // One for all that the main entry needs, so that no call of it goes from one file to another.
    codeSplitting: { groups: [{ name: 'core', test: /\/src\/(index|browser)\.ts$/ }] },
  })
  await bundled.close()
  const chunks = made.output.filter((file) => file.type === 'chunk')
  await Promise.all(chunks.map((chunk) => write(directory, chunk)))
  return chunks
}

const nameOf = (folder: string, path: string): string =>
  path.slice(`./${folder}/`.length).replace(/\.\w+$/, '')

/** What Node loads, and pages load: all of it in as few files as possible, and each class once. */
export async function makeCode(): Promise<void> {
  const forNode = [...entries.map(({ code, source }) => [code, source] as const), ...programs]
  await bundle(
    join(root, 'dist'),
    Object.fromEntries(forNode.map(([code, source]) => [nameOf('dist', code), source])),
    ['zerowire-source'],
    {
      ...{ format: 'cjs', sourcemap: true, exports: 'named', dynamicImportInCjs: false },
      ...{ entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name].cjs' },
      postFooter: ({ isEntry }) => (isEntry ? AS_OBJECT : ''),
    },
  )
  const forPages = entries.flatMap(({ browser }) => (browser ? [browser] : []))
  await bundle(
    join(root, 'dist/browser'),
    Object.fromEntries(forPages.map(({ code, source }) => [nameOf('dist/browser', code), source])),
    ['zerowire-source', 'browser'],
    { format: 'es', chunkFileNames: 'chunks/[name].js' },
  )
}
