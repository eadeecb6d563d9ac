import type { Box, Input, Layout, Node } from './input.js'

/*
 * An input as a file that people read and change:
 *
 *   # what this is
 *   target session
 *   type ROUTER
 *
 *   hex ff00000000000000017f
 *   zmtp 04
 *     u8
 *       "READY"
 *   do close
 *
 * First the target and the facts, then a node a line, its content indented below it. A box has its
 * layout, its first byte in hexadecimal and, where they are given, `key` and `claims`.
 */

const LAYOUTS: readonly Layout[] = [
  ...(['u8', 'u16', 'u32', 'u64', 'zmtp', 'zmtp-long', 'v1', 'v1-long'] as const),
  ...(['ws', 'ws16', 'ws64'] as const),
]

export function format({ target, facts, nodes }: Input): string {
  const head = [
    `target ${target}`,
    ...Object.entries(facts).map(([name, value]) => `${name} ${value}`),
  ]
  return [...head, '', ...nodes.flatMap((node) => lines(node, ''))].join('\n') + '\n'
}

function lines(node: Node, indent: string): string[] {
  switch (node.kind) {
    case 'bytes':
      return [`${indent}${literal(node.bytes)}`]
    case 'do':
      return [`${indent}do ${node.what}`]
    case 'times':
      return [`${indent}times ${node.count}`, ...inner(node.children, indent)]
    case 'box':
      return [`${indent}${header(node)}`, ...inner(node.children, indent)]
  }
}

function inner(children: readonly Node[], indent: string): string[] {
  return children.flatMap((child) => lines(child, `${indent}  `))
}

function header({ layout, head, key, claim }: Box): string {
  const words: string[] = [layout]
  if (!layout.startsWith('u')) words.push(head.toString(16).padStart(2, '0'))
  if (key !== undefined) words.push('key', key.toString(16).padStart(8, '0'))
  if (claim !== undefined) words.push('claims', String(claim))
  return words.join(' ')
}

function literal(bytes: Uint8Array): string {
  const printable = bytes.length > 0 && bytes.every((byte) => byte >= 32 && byte < 127)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return printable ? JSON.stringify(buffer.toString('latin1')) : `hex ${buffer.toString('hex')}`
}

/** @throws Error that names the line. */
export function parse(text: string): Input {
  const all = text.split('\n').map((line, index) => ({ line, number: index + 1 }))
  const said = all.filter(({ line }) => !line.trimStart().startsWith('#'))
  const blank = said.findIndex(({ line }, index) => index > 0 && line.trim() === '')
  const facts: Record<string, string> = {}
  for (const { line } of said.slice(0, blank)) {
    const [name = '', ...value] = line.split(' ')
    if (name !== '') facts[name] = value.join(' ')
  }
  const { target, ...rest } = facts
  if (target === undefined) throw new Error('an input begins with its target')
  const body = said.slice(blank).filter(({ line }) => line.trim() !== '')
  const reader = { body, at: 0 }
  return { target, facts: rest, nodes: parseNodes(reader, 0) }
}

interface Reader {
  readonly body: readonly { readonly line: string; readonly number: number }[]
  at: number
}

function parseNodes(reader: Reader, indent: number): Node[] {
  const nodes: Node[] = []
  for (;;) {
    const next = reader.body[reader.at]
    if (next === undefined || next.line.search(/\S/) < indent) return nodes
    reader.at++
    const children = parseNodes(reader, indent + 2)
    try {
      nodes.push(parseNode(next.line.trim(), children))
    } catch (cause) {
      throw new Error(`line ${next.number}: ${next.line.trim()}`, { cause })
    }
  }
}

function parseNode(text: string, children: readonly Node[]): Node {
  if (text.startsWith('"')) {
    return { kind: 'bytes', bytes: Buffer.from(JSON.parse(text) as string, 'latin1') }
  }
  const [word = '', ...rest] = text.split(' ')
  if (word === 'hex') return { kind: 'bytes', bytes: Buffer.from(rest[0] ?? '', 'hex') }
  if (word === 'do') return { kind: 'do', what: rest.join(' ') }
  if (word === 'times') return { kind: 'times', count: Number(rest[0]), children }
  const layout = LAYOUTS.find((each) => each === word)
  if (layout === undefined) throw new Error(`no layout ${word}`)
  const after = (name: string): string | undefined => {
    const at = rest.indexOf(name)
    return at < 0 ? undefined : rest[at + 1]
  }
  const [key, claim] = [after('key'), after('claims')]
  return {
    kind: 'box',
    layout,
    head: layout.startsWith('u') ? 0 : Number.parseInt(rest[0] ?? '0', 16),
    ...(key === undefined ? {} : { key: Number.parseInt(key, 16) }),
    ...(claim === undefined ? {} : { claim: BigInt(claim) }),
    children,
  }
}
