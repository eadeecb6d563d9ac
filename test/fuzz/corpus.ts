import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Input } from './input.js'
import { parse } from './text.js'

/** An input in a file. */
export interface Saved {
  readonly name: string
  readonly input: Input
}

/** The inputs in a folder beside this file: `corpus`, what real peers said, and `found`, what has failed once. */
export function saved(folder: 'corpus' | 'found'): Saved[] {
  const path = fileURLToPath(new URL(`${folder}/`, import.meta.url))
  const names = readdirSync(path).filter((name) => name.endsWith('.txt'))
  return names.sort().map((name) => ({ name, input: load(`${path}${name}`) }))
}

/** @throws Error that names the file. */
export function load(path: string): Input {
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Error(`${path} is no input`, { cause })
  }
}
