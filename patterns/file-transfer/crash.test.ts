import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Child } from '../../test/support/child.js'
import { freshAddress, temporaryDirectory } from '../../test/support/transports.js'
import { content } from './test/ends.js'

const programs = 'patterns/file-transfer/test/programs'
const SIZE = 2_000_000

interface Scene {
  readonly bytes: Uint8Array
  readonly path: string
  server(): Promise<Child>
  client(): Child
}

async function scene(): Promise<Scene> {
  const [root, here, address] = [temporaryDirectory(), temporaryDirectory(), freshAddress('ipc')]
  const bytes = content(SIZE)
  await writeFile(join(root, 'file'), bytes)
  const path = join(here, 'copy')
  return {
    bytes,
    path,
    async server() {
      const child = Child.run(`${programs}/server.ts`, root, address)
      expect(await child.line()).toBe(address)
      return child
    },
    client: () => Child.run(`${programs}/client.ts`, address, 'file', path),
  }
}

/** Lets a client go on for some chunks. @returns how far it said to be, or how it was at last. */
async function after(client: Child, chunks: number): Promise<string> {
  let line = await client.line()
  for (let count = 1; count < chunks && !line.startsWith('done'); count++)
    line = await client.line()
  return line
}

/** To the end. */
function last(client: Child): Promise<string> {
  return after(client, Infinity)
}

/** Up to so many chunks, another number each time. */
function chunks(most: number): number {
  return 1 + Math.floor(Math.random() * most)
}

describe('a file arrives, whoever is killed', { timeout: 120_000 }, () => {
  it('the client, again and again, in the middle of writing', async () => {
    const { bytes, path, server, client } = await scene()
    await server()
    let reached = 0
    for (let kills = 0; kills < 3; kills++) {
      const victim = client()
      // It begins where another was killed, which had got further than it had said.
      const first = Number(await victim.line())
      expect(first).toBeGreaterThanOrEqual(reached)
      const line = await after(victim, chunks(60))
      await victim.kill()
      reached = Number(line)
      const { size } = await stat(`${path}.part`)
      expect(size).toBeGreaterThanOrEqual(reached)
    }
    const end = await last(client())
    expect(end).toMatch(/^done \d+ 0 0$/)
    expect(Number(end.split(' ')[1])).toBeGreaterThanOrEqual(reached)
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0)
    await expect(stat(`${path}.part`)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('the server, again and again, in the middle of sending', async () => {
    const { bytes, path, server, client } = await scene()
    let victim = await server()
    const fetching = client()
    for (let kills = 0; kills < 3; kills++) {
      await after(fetching, chunks(60))
      await victim.kill()
      victim = await server()
    }
    expect(await last(fetching)).toMatch(/^done 0 \d+ 0$/)
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0)
    expect(await fetching.exit).toBe(0)
  })

  it('both', async () => {
    const { bytes, path, server, client } = await scene()
    let giving = await server()
    for (let kills = 0; kills < 2; kills++) {
      const victim = client()
      await after(victim, chunks(40))
      await Promise.all([giving.kill(), victim.kill()])
      giving = await server()
    }
    expect(await last(client())).toMatch(/^done \d+ 0 0$/)
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0)
  })
})
