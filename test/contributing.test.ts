import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { projectRoot } from './support/program.js'

const documents = ['CONTRIBUTING.md', 'docs/releases.md', '.changeset/README.md']
const FILE =
  /`((?:src|test|patterns|build|docs|\.github|\.ci|\.changeset)\/[\w./-]*|[\w-]+\.(?:json|md))`/g
const manifest = JSON.parse(readFileSync(`${projectRoot}/package.json`, 'utf8')) as {
  scripts: Record<string, string>
}

it.each(documents)('%s names files that are there, and commands that there are', (document) => {
  const text = readFileSync(`${projectRoot}/${document}`, 'utf8')
  const named = [...text.matchAll(FILE)].map(([, path]) => path ?? '')
  const commands = [...text.matchAll(/`npm (?:run )?(\w+)/g)].map(([, name]) => name ?? '')
  const ofNpm = ['ci', 'audit']
  expect(named.length + commands.length).toBeGreaterThan(0)
  expect(named.filter((path) => !existsSync(`${projectRoot}/${path}`))).toEqual([])
  expect(commands.filter((name) => !ofNpm.includes(name) && !(name in manifest.scripts))).toEqual(
    [],
  )
})
