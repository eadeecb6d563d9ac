import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { FrameDecoder } from '../../src/wire/frame-decoder.js'
import { decodeMetadata } from '../../src/wire/metadata.js'
import { projectRoot } from '../support/program.js'
import { command, frame, MORE, property } from '../support/wire.js'
import { repeat } from './attack.js'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Bytes that are copied from one array to another while something runs. */
function copiedBy(work: () => void): number {
  let copied = 0
  const set = vi.spyOn(Uint8Array.prototype, 'set')
  const concat = vi.spyOn(Buffer, 'concat')
  work()
  for (const [source] of set.mock.calls) copied += source.length
  for (const { value } of concat.mock.results as { value: Uint8Array }[]) copied += value.length
  vi.restoreAllMocks()
  return copied
}

function trickle(bytes: Uint8Array, size: number): { copied: number; messages: number } {
  const decoder = new FrameDecoder({ maxMessageSize: -1 }, () => undefined)
  decoder.expectTraffic()
  let messages = 0
  const copied = copiedBy(() => {
    for (let at = 0; at < bytes.length; at += size) {
      decoder.push(bytes.subarray(at, at + size))
      while (decoder.next() !== undefined) messages += 1
    }
  })
  return { copied, messages }
}

const shapes: readonly { title: string; make: (size: number) => Buffer }[] = [
  { title: 'one frame', make: (size) => frame(0, Buffer.alloc(size)) },
  { title: 'short frames', make: (size) => repeat(frame(0, Buffer.alloc(20)), size / 20) },
  {
    title: 'many parts',
    make: (size) =>
      Buffer.concat([repeat(frame(MORE, Buffer.alloc(20)), size / 20), frame(0, Buffer.of(1))]),
  },
  { title: 'commands', make: (size) => repeat(command('PONG', Buffer.alloc(300)), size / 300) },
]

describe('bytes that trickle in cost no more than their number', () => {
  it.each(shapes)('$title, a byte or a few at a time', ({ make }) => {
    for (const chunk of [1, 7, 100]) {
      const [small, large] = [20_000, 200_000].map((size) => trickle(make(size), chunk))
      expect(small?.copied).toBeLessThan(20_000 * 10)
      // Ten times the bytes: ten times the work, and not a hundred times.
      expect(large?.copied).toBeLessThan((small?.copied ?? 0) * 13 + 20_000)
    }
  })
})

describe('what peers say about themselves', () => {
  it('names nothing but itself (GHSA-5v72-xg48-5rpm)', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
    const metadata = decodeMetadata(Buffer.concat(names.map((name) => property(name, 'x'))))
    expect([...metadata.keys()]).toEqual(names.map((name) => name.toLowerCase()))
    expect(metadata.get('valueOf')).toBeUndefined()
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

/** Where bytes and texts of peers are read. */
const readers = ['src/wire', 'src/session', 'src/security', 'src/routing']
const files = [
  ...readers.flatMap((folder) =>
    readdirSync(join(projectRoot, folder)).map((name) => join(folder, name)),
  ),
  ...['upgrade', 'server', 'bytes'].map((name) => `src/node/websocket-${name}.ts`),
  ...['ws-receiver', 'socks', 'udp-format'].map((name) => `src/node/${name}.ts`),
]

describe('no regular expression reads what a peer says (CVE-2020-7662, CVE-2021-32640)', () => {
  it.each(files.filter((file) => file.endsWith('.ts')))('%s', (file) => {
    const text = readFileSync(join(projectRoot, file), 'utf8')
    const found: string[] = []
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) found.push(node.text)
      if (ts.isIdentifier(node) && node.text === 'RegExp') found.push(node.text)
      ts.forEachChild(node, visit)
    }
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest))
    expect(found).toEqual([])
  })
})
