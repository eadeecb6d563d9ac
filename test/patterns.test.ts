import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from './support/program.js'

const folder = join(projectRoot, 'patterns')
const entries = await readdir(folder, { withFileTypes: true })
const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
const patterns = names.filter((name) => name !== 'common')

const read = (...path: string[]): Promise<string> => readFile(join(folder, ...path), 'utf8')
const overview = await read('README.md')

describe.each(patterns)('patterns/%s', (name) => {
  it('is explained, and listed with the others', async () => {
    const text = await read(name, 'README.md')
    expect(text).toContain(`'zerowire/patterns/${name}'`)
    expect(overview).toContain(`(${name}/README.md)`)
  })

  it('shows only what it exports', async () => {
    const exported = new Set((await read(name, 'index.ts')).match(/\w+/g))
    const text = await read(name, 'README.md')
    const imports = text.matchAll(
      /import (?:type )?\{([^}]*)\} from 'zerowire\/patterns\/([\w-]+)'/g,
    )
    for (const [, shown = '', from] of imports) {
      if (from !== name) continue
      for (const each of shown.split(',').map((part) => part.trim().replace(/^type /, ''))) {
        if (each !== '') expect(exported, `${each} in its README`).toContain(each)
      }
    }
  })

  it('links only to what there is', async () => {
    const links = (await read(name, 'README.md')).matchAll(/\]\((?!https?:|#)([^)#]+)/g)
    for (const [, link = ''] of links) {
      const path = join(folder, name, link)
      await expect(
        readFile(path.replace(/\/$/, '')).catch(() => readdir(path)),
      ).resolves.toBeDefined()
    }
  })
})
