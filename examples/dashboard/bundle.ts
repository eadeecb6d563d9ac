import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

/** What the page is made of, by file name. */
export type Assets = ReadonlyMap<string, Uint8Array>

/** Bundles the page with all that it imports, so that it needs nothing from anywhere else. */
export function bundlePage(): Assets {
  const { outputFiles } = buildSync({
    absWorkingDir: fileURLToPath(new URL('page', import.meta.url)),
    entryPoints: ['index.html', 'icon.svg', 'main.ts', 'style.css'],
    outdir: '.',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['zerowire-source', 'browser'],
    loader: { '.html': 'copy', '.svg': 'copy' },
    logLevel: 'warning',
  })
  return new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]))
}
