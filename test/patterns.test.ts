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
})
