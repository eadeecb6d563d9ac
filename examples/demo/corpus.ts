import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface TextFile {
  readonly name: string
  readonly path: string
  readonly bytes: number
}

const root = fileURLToPath(new URL('../../node_modules', import.meta.url))
const isText = /\.(md|d\.[cm]?ts)$/
const isCache = /(^|[/\\])\./

/**
 * The Markdown files and type declarations of the installed packages, in alphabetical order, up to
 * `budget` bytes. Everybody who asks gets the same list, so it need not travel.
 */
export async function listCorpus(budget: number): Promise<TextFile[]> {
  const files: TextFile[] = []
  let bytes = 0
  for (const path of await textFiles()) {
    const { size } = await stat(path)
    bytes += size
    if (bytes > budget) break
    files.push({ name: relative(root, path), path, bytes: size })
  }
  return files
}

async function textFiles(): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && isText.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !isCache.test(relative(root, path)))
    .sort()
}
