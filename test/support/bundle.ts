import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { projectRoot } from './program.js'

const bundles = new Map<string, Promise<string>>()

/**
 * A TypeScript file of the project as a module of JavaScript, with all it needs of src/: threads
 * load that at once, where each would have to start a compiler of its own.
 * @returns its URL.
 */
export function bundled(path: string): Promise<string> {
  const bundle = bundles.get(path) ?? make(path)
  bundles.set(path, bundle)
  return bundle
}

async function make(path: string): Promise<string> {
  const outdir = mkdtempSync(join(tmpdir(), 'zw-bundle-'))
  process.once('exit', () => {
    rmSync(outdir, { recursive: true, force: true })
  })
  await build({
    ...{ entryPoints: [join(projectRoot, path)], outdir, outExtension: { '.js': '.mjs' } },
    // What is loaded later stays in files of its own.
    ...{ bundle: true, splitting: true, packages: 'external' },
    ...{ platform: 'node', format: 'esm', target: 'node20' },
    conditions: ['zerowire-source'],
    alias: { zerowire: join(projectRoot, 'src/index.ts') },
  })
  return pathToFileURL(join(outdir, basename(path).replace(/\.ts$/, '.mjs'))).href
}
