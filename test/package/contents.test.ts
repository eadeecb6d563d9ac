import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeProject, packed } from '../support/packed.js'
import { projectRoot } from '../support/program.js'
import { temporaryDirectory } from '../support/transports.js'

/** What npm calls 1 MB. */
const MOST = 1_000_000

const KINDS = [
  /^(package\.json|README\.md|LICENSE)$/,
  // What Node loads, and the maps of the library itself; its doors for `import`; types of both.
  /^dist\/(patterns\/|chunks\/|cli\/)?[\w-]+\.cjs$/,
  /^dist\/(chunks\/)?[\w-]+\.cjs\.map$/,
  /^dist\/(patterns\/)?[\w-]+\.(js|d\.ts)$/,
  /^dist\/(patterns\/|types\/)?[\w-]+\.d\.cts$/,
  // What pages load.
  /^dist\/browser\/(chunks\/)?[\w-]+\.js$/,
]

/** A string that goes on in the next line. */
const OPEN = /(?<!\\)(\\\\)*\\\n/

let directory: string
let files: string[]

const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8')

beforeAll(async () => {
  directory = await packed()
  const all = await readdir(directory, { recursive: true, withFileTypes: true })
  files = all
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
}, 60_000)

describe('the packed package', () => {
  it('is below 1 MB when it is unpacked', async () => {
    const sizes = await Promise.all(
      files.map(async (name) => (await stat(join(directory, name))).size),
    )
    const size = sizes.reduce((sum, one) => sum + one, 0)
    console.log(`${String(files.length)} files, ${String(size)} bytes`)
    expect(size).toBeLessThan(MOST)
  })

  it('has what is loaded, its types and its maps, and nothing else', () => {
    expect(files.filter((name) => !KINDS.some((kind) => kind.test(name)))).toEqual([])
  })

  it('runs no script when it is installed, and installs nothing that does', async () => {
    const names = ['preinstall', 'install', 'postinstall', 'prepare']
    const manifest = JSON.parse(await read('package.json')) as Record<string, object>
    expect(Object.keys(manifest['scripts'] ?? {}).filter((name) => names.includes(name))).toEqual(
      [],
    )
    const lock = JSON.parse(await readFile(join(projectRoot, 'package-lock.json'), 'utf8')) as {
      packages: Record<
        string,
        { dev?: boolean; optional?: boolean; peer?: boolean; hasInstallScript?: boolean }
      >
    }
    const scripts = Object.entries(lock.packages).filter(
      ([, { dev, peer, hasInstallScript }]) => hasInstallScript && !dev && !peer,
    )
    expect(scripts.map(([name]) => name)).toEqual([])
  })

  it('says nothing of the machine it was built on', async () => {
    const texts = await Promise.all(files.map(async (name) => [name, await read(name)] as const))
    const paths = texts.filter(([, text]) => text.includes(projectRoot.replace(/\/$/, '')))
    expect(paths.map(([name]) => name)).toEqual([])
  })

  it('has every string in one line, to which a bundler that indents lines adds nothing', async () => {
    const code = files.filter((name) => /\.c?js$/.test(name))
    const texts = await Promise.all(code.map(async (name) => [name, await read(name)] as const))
    expect(texts.filter(([, text]) => OPEN.test(text)).map(([name]) => name)).toEqual([])
  })

  it('has maps whose sources are files of the project', async () => {
    const mapped = files.filter((name) => name.endsWith('.map'))
    expect(mapped).toEqual(
      expect.arrayContaining(['dist/chunks/core.cjs.map', 'dist/v5-compat.cjs.map']),
    )
    for (const name of mapped) {
      const map = JSON.parse(await read(name)) as { sourceRoot: string; sources: string[] }
      expect(map.sourceRoot).toBe('zerowire:///')
      for (const source of map.sources) await stat(join(projectRoot, source))
      expect(await read(name.slice(0, -'.map'.length))).toMatch(
        /\n\/\/# sourceMappingURL=\S+\.map\n$/,
      )
    }
    const named = await Promise.all(files.map(async (name) => [name, await read(name)] as const))
    const pointing = named.filter(([name, text]) => {
      return /\.c?js$/.test(name) && text.includes('sourceMappingURL=')
    })
    expect(pointing.map(([name]) => `${name}.map`).sort()).toEqual(mapped.sort())
  })

  it('names file and line of the source in a stack trace', async () => {
    const program = `const { Push } = require('zerowire')
      try { new Push().connect('nowhere') } catch (error) { console.log(error.stack) }`
    const project = temporaryDirectory()
    await makeProject(project, { zerowire: directory }, { 'fail.cjs': program })
    const argv = ['--enable-source-maps', 'fail.cjs']
    const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: project })
    const places = [...stdout.matchAll(/ (?:\w+\.)?(\w+) \(zerowire:\/\/\/(src\/\S+\.ts):(\d+)/g)]
    expect(places.map(([, name]) => name)).toContain('connect')
    for (const [, name = '', file = '', line] of places) {
      const text = (await readFile(join(projectRoot, file), 'utf8')).split('\n')[Number(line) - 1]
      expect({ name, text }).toEqual({
        name,
        text: expect.stringMatching(/\(|throw|new/) as string,
      })
    }
  })
})
