/**
 * Node loads CommonJS, by `require()` and by `import`, so that all parts of a program mean the same
 * classes; loaders with hooks, and those of test runners, cannot `require()` ES modules. For
 * `import` there is a door to it, with all names and the whole as the default.
 */
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { entries, root } from './entries.js'

const doorTo = (from: string, exported: readonly string[]): string => `import all from './${from}'
export default all
export const { ${exported.join(', ')} } = all
`

const typesOf = (from: string): string => `export * from './${from}'
import * as all from './${from}'
export { all as default }
`

export async function makeDoors(): Promise<void> {
  const load = createRequire(import.meta.url)
  for (const { code, door, doorTypes } of entries) {
    const exported = Object.keys(load(join(root, code)) as object)
    await writeFile(join(root, door), doorTo(basename(code), exported))
    await writeFile(join(root, doorTypes), typesOf(basename(code)))
  }
}
