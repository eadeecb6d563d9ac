import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { draw, figures } from '../build/figures.js'
import { projectRoot } from './support/program.js'

it.each(Object.entries(figures))('docs/%s is as it is drawn', (name, figure) => {
  expect(readFileSync(join(projectRoot, 'docs', name), 'utf8')).toBe(draw(figure))
})
