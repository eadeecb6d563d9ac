import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { describe, expect, it, onTestFinished } from 'vitest'
import { LevelStore, MemoryStore, pages, type Store } from 'zerowire/patterns/store'
import { Child } from '../../test/support/child.js'
import { projectRoot } from '../../test/support/program.js'
import { bytes, put, storeContract, texts } from './test/contract.js'
import { temporaryDirectory } from './test/temporary.js'

storeContract('a store in memory', () => Promise.resolve(new MemoryStore()))
storeContract('a store in a directory', () => LevelStore.open(temporaryDirectory()))
storeContract('a store in a directory, without fsync', () => {
  return LevelStore.open(temporaryDirectory(), { sync: false })
})

async function opened(directory: string): Promise<LevelStore> {
  const store = await LevelStore.open(directory)
  onTestFinished(() => store.close())
  return store
}

describe('a directory', () => {
  it('has what was written when it is opened again', async () => {
    const directory = join(temporaryDirectory(), 'made', 'on the way')
    const store = await opened(directory)
    await store.write([put('a', '1'), put('b', '2')])
    await store.close()
    const again = await opened(directory)
    expect(texts(await again.range(bytes('a'), bytes('c')))).toEqual(['a=1', 'b=2'])
  })

  it('is for one at a time', async () => {
    const directory = temporaryDirectory()
    const store = await opened(directory)
    await expect(LevelStore.open(directory)).rejects.toMatchObject({
      code: 'EBUSY',
      message: `Store is open already, here or in another process: ${directory}`,
    })
    await store.close()
    await (await opened(directory)).write([put('a')])
  })

  it('says what the platform says of one that cannot be used', async () => {
    const file = join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    await expect(LevelStore.open(file)).rejects.toMatchObject({ code: 'EEXIST' })
  })

  it('says what to install when LevelDB is missing', async () => {
    const directory = temporaryDirectory()
    // Where it is, there is no node_modules.
    const program = join(directory, 'program.mjs')
    await build({
      stdin: {
        contents: `import { LevelStore } from './patterns/store/index.js'
          await LevelStore.open('x').catch((error) => console.log(error.code, error.message))`,
        resolveDir: projectRoot,
      },
      ...{ outfile: program, bundle: true, platform: 'node', format: 'esm' },
      ...{ conditions: ['zerowire-source'], logLevel: 'error' },
    })
    const { stdout } = await promisify(execFile)(process.execPath, [program])
    expect(stdout).toBe(
      'ENOTSUP LevelStore needs a package that is not there: npm install classic-level\n',
    )
  })
})

describe('a process that is killed while it writes', () => {
  /** Every group that is there, and that it is whole. */
  async function groupsOf(store: Store): Promise<Set<number>> {
    const sizes = new Map<number, number>()
    for await (const page of pages(store, bytes('0'), bytes(':'))) {
      for (const { value } of page) {
        const group = Number(Buffer.from(value).toString())
        sizes.set(group, (sizes.get(group) ?? 0) + 1)
      }
    }
    for (const [group, size] of sizes) expect(size, `group ${group}`).toBe(1 + (group % 7))
    return new Set(sizes.keys())
  }

  it('loses nothing that was acknowledged, and leaves no part of a write', async () => {
    const directory = temporaryDirectory()
    const acknowledged: number[] = []
    let first = 0
    for (let round = 0; round < 6; round++) {
      const child = Child.run('patterns/store/test/programs/writer.ts', directory, String(first))
      for (let i = 0; i < 50 + 70 * round; i++) acknowledged.push(Number(await child.line()))
      await child.kill()
      acknowledged.push(...(await child.rest()).map(Number))
      const store = await LevelStore.open(directory)
      const found = await groupsOf(store)
      await store.close()
      for (const group of acknowledged) expect(found).toContain(group)
      // At most what was in flight besides.
      expect(found.size - acknowledged.length).toBeLessThanOrEqual(20 * (round + 1))
      first = Math.max(...found) + 1
    }
  })
})
