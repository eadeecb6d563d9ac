import { spawnSync } from 'node:child_process'
import { appendFileSync, statSync, writeFileSync } from 'node:fs'
import {
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesBelow, fileSink, MemorySink, type Source } from 'zerowire/patterns/file-transfer'
import { heldBytes } from '../../test/support/memory.js'
import { temporaryDirectory } from '../../test/support/transports.js'
import { deferred } from '../common/deferred.js'
import { clientOf, content, serve, sha256 } from './test/ends.js'
import { until } from '../../test/support/turn.js'

const BYTES = content(10_000)

/** A folder to give away, beside which lies a secret. */
async function place(): Promise<{ root: string; beside: string }> {
  const beside = temporaryDirectory()
  const root = join(beside, 'root')
  await mkdir(join(root, 'folder'), { recursive: true })
  await writeFile(join(beside, 'secret'), 'secret')
  await mkdir(join(beside, 'rootless'))
  await writeFile(join(beside, 'rootless/secret'), 'secret')
  await writeFile(join(root, 'folder/file'), BYTES)
  return { root, beside }
}

const forever = new AbortController().signal

describe('files below a folder', () => {
  it('are given away, also by links that stay in it, and by odd names', async () => {
    const { root } = await place()
    await symlink('folder/file', join(root, 'link'))
    await symlink(join(root, 'folder'), join(root, 'other'))
    await writeFile(join(root, '...'), BYTES)
    await writeFile(join(root, 'ü ..'), BYTES)
    const store = filesBelow(root)
    for (const name of ['folder/file', 'link', 'other/file', '...', 'ü ..']) {
      const source = await store.open(name)
      expect(source.size).toBe(BYTES.length)
      expect(Buffer.compare(await source.read(100, 50), BYTES.subarray(100, 150))).toBe(0)
      expect(await source.digest(5000, forever)).toEqual(sha256(BYTES.subarray(0, 5000)))
      await source.close()
    }
  })

  it('are given away by a server to a file', async () => {
    const { root, beside } = await place()
    const { address } = await serve(filesBelow(root))
    const path = join(beside, 'copy')
    await using sink = await fileSink(path)
    const fetched = await clientOf(address, { chunk: 999 }).fetch('folder/file', sink)
    expect(fetched.digest).toEqual(sha256(BYTES))
    expect(Buffer.compare(await readFile(path), BYTES)).toBe(0)
  })

  it('from the root of the file system, too', async () => {
    const { root } = await place()
    const source = await filesBelow('/').open(join(root, 'folder/file').slice(1))
    expect(source.size).toBe(BYTES.length)
    await source.close()
  })

  it.each([
    ...['../secret', 'folder/../../secret', '..', '.', './folder/file', 'folder/./file', ''],
    ...[
      '/etc/passwd',
      '//etc/passwd',
      'folder//file',
      'folder/',
      'folder/file/',
      '/',
      '../rootless/secret',
    ],
    ...[
      'folder/file\0',
      '\0',
      '../secret\0folder/file',
      'folder/../folder/file',
      'file:///etc/passwd',
    ],
  ])('not %j', async (name) => {
    const { root } = await place()
    await expect(filesBelow(root).open(name)).rejects.toMatchObject({ code: 'EACCES' })
  })

  it.each([
    ...[
      'nothing',
      'folder/nothing',
      'folder/file/further',
      '..\\secret',
      '%2e%2e/secret',
      '~/secret',
    ],
    ...['C:\\secret', '．．/secret'],
  ])('not %j, which is not there', async (name) => {
    const { root } = await place()
    await expect(filesBelow(root).open(name)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('not by links that lead out of it, nor what is no file', async () => {
    const { root, beside } = await place()
    await symlink('../secret', join(root, 'relative'))
    await symlink(join(beside, 'secret'), join(root, 'absolute'))
    await symlink('..', join(root, 'up'))
    await symlink('../rootless', join(root, 'similar'))
    await symlink('relative', join(root, 'twice'))
    await symlink('circle', join(root, 'circle'))
    await symlink('/dev/zero', join(root, 'zero'))
    expect(spawnSync('mkfifo', [join(root, 'pipe')]).status).toBe(0)
    const store = filesBelow(root)
    const names = ['relative', 'absolute', 'up/secret', 'similar/secret', 'twice', 'circle', 'zero']
    for (const name of [...names, 'pipe', 'folder', 'n'.repeat(4096)]) {
      await expect(store.open(name), name).rejects.toMatchObject({ code: 'EACCES' })
    }
    await symlink('../nowhere', join(root, 'dangling'))
    await expect(store.open('dangling')).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(filesBelow(join(root, 'none')).open('it')).rejects.toMatchObject({
      code: 'ENOENT',
    })
  })

  it('leave nothing open', async () => {
    const { root } = await place()
    const store = filesBelow(root)
    const open = async (): Promise<number> => (await readdir('/proc/self/fd')).length
    const before = await open()
    for (let count = 0; count < 50; count++) {
      await store.open('folder').catch(() => undefined)
      await store.open('folder/file').then((source) => source.close())
    }
    expect(await open()).toBe(before)
  })
})

describe('a file that changes is another version', () => {
  const changes: [string, (path: string) => Promise<void> | void][] = [
    ['content of the same size', (path) => writeFileSync(path, content(10_000, 2))],
    ['longer', (path) => appendFileSync(path, 'x')],
    ['shorter', (path) => truncate(path, 5)],
    [
      'replaced by another with the same size and time',
      async (path) => {
        const { atime, mtime } = statSync(path)
        await writeFile(`${path}2`, content(10_000, 2))
        await utimes(`${path}2`, atime, mtime)
        await rename(`${path}2`, path)
      },
    ],
    [
      'written to, and its time set back',
      async (path) => {
        const { atime, mtime } = statSync(path)
        await writeFile(path, content(10_000, 2))
        await utimes(path, atime, mtime)
      },
    ],
    ['deleted and made anew', (path) => unlink(path).then(() => writeFile(path, BYTES))],
  ]

  it.each(changes)('%s', async (_how, change) => {
    const { root } = await place()
    const path = join(root, 'folder/file')
    // The clock of the file system ticks some hundred times a second.
    await utimes(path, 1, 1)
    const store = filesBelow(root)
    const versionOf = async (): Promise<string> => {
      const source = await store.open('folder/file')
      await source.close()
      return source.version
    }
    const before = await versionOf()
    expect(await versionOf()).toBe(before)
    expect(before).toMatch(/^[\w-]{43}$/)
    await change(path)
    expect(await versionOf()).not.toBe(before)
  })

  it.each<[string, (source: Source) => Promise<unknown>]>([
    ['read', (source) => source.read(0, 100)],
    ['read beyond its end', (source) => source.read(9_000, 1000)],
    ['hashed', (source) => source.digest(10_000, forever)],
  ])('and noticed when it is %s', async (_how, use) => {
    const { root } = await place()
    const path = join(root, 'folder/file')
    const source = await filesBelow(root).open('folder/file')
    await truncate(path, 500)
    await expect(use(source)).rejects.toMatchObject({ code: 'ESTALE' })
    await source.close()
  })

  it('fetched anew if that happens under way, by a name that stays', async () => {
    const { root, beside } = await place()
    const path = join(root, 'folder/file')
    const { address } = await serve(filesBelow(root))
    await using sink = await fileSink(join(beside, 'copy'))
    const next = content(20_000, 2)
    let changed = false
    const { restarts } = await clientOf(address, { chunk: 100, pipeline: 2 }).fetch(
      'folder/file',
      sink,
      {
        onProgress({ received }) {
          if (changed || received < 3000) return
          changed = true
          writeFileSync(path, next)
        },
      },
    )
    expect(restarts).toBeGreaterThan(0)
    expect(Buffer.compare(await readFile(join(beside, 'copy')), next)).toBe(0)
  })
})

describe('a file to fetch into', () => {
  it('keeps what is there of it, and has its name only when it is whole', async () => {
    const folder = temporaryDirectory()
    const path = join(folder, 'copy')
    const first = await fileSink(path)
    await first.write(BYTES.subarray(0, 4000))
    await first.close()
    await first.close()
    expect(await readdir(folder)).toEqual(['copy.part'])
    const second = await fileSink(path)
    expect(second.size).toBe(4000)
    expect(await second.digest()).toEqual(sha256(BYTES.subarray(0, 4000)))
    await second.write(BYTES.subarray(4000))
    await second.commit()
    await second.close()
    expect(await readdir(folder)).toEqual(['copy'])
    expect(Buffer.compare(await readFile(path), BYTES)).toBe(0)
  })

  it('replaces another, and no link to somewhere else', async () => {
    const folder = temporaryDirectory()
    const path = join(folder, 'copy')
    await writeFile(path, 'older and longer')
    await link(path, join(folder, 'older'))
    await using sink = await fileSink(path)
    await sink.write(BYTES)
    await sink.clear()
    await sink.write(Buffer.from('new'))
    await sink.commit()
    expect(String(await readFile(path))).toBe('new')
    expect(String(await readFile(join(folder, 'older')))).toBe('older and longer')
    await symlink(join(folder, 'older'), join(folder, 'trap.part'))
    await expect(fileSink(join(folder, 'trap'))).rejects.toMatchObject({ code: 'ELOOP' })
    await expect(fileSink(join(folder, 'none/copy'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('of any size takes little memory, on both sides', { timeout: 120_000 }, async () => {
    const { root, beside } = await place()
    const size = 100_000_000
    await truncate(join(root, 'folder/file'), size)
    const { address } = await serve(filesBelow(root))
    await using sink = await fileSink(join(beside, 'copy'))
    const before = heldBytes()
    let [most, chunks] = [0, 0]
    await clientOf(address).fetch('folder/file', sink, {
      onProgress() {
        if (chunks++ % 40 === 0) most = Math.max(most, heldBytes() - before)
      },
    })
    expect(sink.size).toBe(size)
    // The chunks asked for, in the queues of both sides, and a few that are being read or written.
    expect(most).toBeLessThan(3 * 10 * 250_000)
  })

  it('that cannot be written to lets no memory fill', async () => {
    const { root } = await place()
    await truncate(join(root, 'folder/file'), 50_000_000)
    const { server, address } = await serve(filesBelow(root))
    const client = clientOf(address)
    const [stuck, released] = [new MemorySink(), deferred<undefined>()]
    stuck.write = async () => {
      await released.promise
      throw new Error('the disk is full')
    }
    const before = heldBytes()
    const fetching = client.fetch('folder/file', stuck)
    // As many as the client has asked for, and no more.
    await until(() => server.stats.chunks === 10)
    expect(heldBytes() - before).toBeLessThan(2 * 10 * 250_000)
    expect(server.stats.chunks).toBe(10)
    released.resolve(undefined)
    await expect(fetching).rejects.toThrow('the disk is full')
  })
})
