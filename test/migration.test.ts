import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { projectRoot } from './support/program.js'

/** Every line of the guide for those who come from `zeromq` names the test that holds it. */
const guide = readFileSync(join(projectRoot, 'docs/migration.md'), 'utf8')
const rows = guide.split('\n').filter((line) => /^\| (?!(what|`zeromq`|-+) +\|)/.test(line))
const claims = rows.map((row) => {
  const [, file = '', title = ''] = /\(\.\.\/(test\/[^)]+)\): (.*?) *\|$/.exec(row) ?? []
  return { row, file, title }
})

it('there is a guide', () => {
  expect(claims.length).toBeGreaterThan(40)
})

it.each(claims)('$file: $title', ({ row, file, title }) => {
  expect(title, row).not.toBe('')
  expect(readFileSync(join(projectRoot, file), 'utf8')).toContain(title)
})
