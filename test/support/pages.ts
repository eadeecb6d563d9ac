import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './program.js'

/** A piece of code between fences of a page. */
export interface Block {
  readonly page: string
  /** The line of the page on which the code begins. */
  readonly line: number
  /** What stands behind the fence: a language, and perhaps what to do with it. */
  readonly language: string
  readonly note: string
  readonly code: string
}

function markdownIn(folder: string): string[] {
  const names = readdirSync(join(projectRoot, folder)).filter((name) => name.endsWith('.md'))
  return names.map((name) => join(folder, name))
}

/** Everything that people read, by its path in the project. */
export const pages: readonly string[] = [
  ...markdownIn('.'),
  ...markdownIn('docs'),
  ...markdownIn('patterns'),
  ...readdirSync(join(projectRoot, 'patterns'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => markdownIn(join('patterns', name))),
]

export function readPage(page: string): string {
  return readFileSync(join(projectRoot, page), 'utf8')
}

const fences = /^( *)```([\w-]*) ?(.*)\n([^]*?)^ *```$/gm

export function blocksOf(page: string): Block[] {
  const text = readPage(page)
  return [...text.matchAll(fences)].map(({ 1: indent, 2: language, 3: note, 4: code, index }) => ({
    page,
    line: text.slice(0, index).split('\n').length + 1,
    language: String(language),
    note: String(note),
    code: String(code).replaceAll(new RegExp(`^${String(indent)}`, 'gm'), ''),
  }))
}

/** A page without its code, in which what looks like a link is one. */
export function proseOf(page: string): string {
  return readPage(page)
    .replaceAll(fences, '')
    .replaceAll(/`[^`\n]*`/g, 'code')
}
