import { signatureOf, type Runner } from './engine.js'
import { bytesOf, type Input, type Node } from './input.js'
import type { Target } from './target.js'

/** Tries that a failure is worth. */
const MOST_TRIES = 3000

/** The smallest input found that fails in the same way. */
export async function minimise(
  runner: Runner,
  target: Target,
  input: Input,
  error: unknown,
): Promise<Input> {
  const signature = signatureOf(error)
  let tries = 0
  let best = input
  const fails = async (nodes: readonly Node[]): Promise<boolean> => {
    if (tries++ > MOST_TRIES) return false
    const result = await runner.run(target, { ...best, nodes })
    return typeof result !== 'string' && signatureOf(result.error) === signature
  }
  for (;;) {
    let smaller: readonly Node[] | undefined
    for (const candidate of simpler(best.nodes)) {
      if (!(await fails(candidate))) continue
      smaller = candidate
      break
    }
    if (smaller === undefined) return best
    best = { ...best, nodes: smaller }
  }
}

/** Lists with less in them, those with much less first. */
function* simpler(nodes: readonly Node[]): Generator<readonly Node[]> {
  for (let size = nodes.length; size > 0; size = Math.floor(size / 2)) {
    for (let at = 0; at < nodes.length; at += size) yield nodes.toSpliced(at, size)
  }
  for (const [index, node] of nodes.entries()) {
    for (const other of simplerNode(node)) yield nodes.toSpliced(index, 1, ...other)
  }
}

function* simplerNode(node: Node): Generator<readonly Node[]> {
  if (node.kind === 'do') return
  if (node.kind === 'bytes') {
    const { bytes } = node
    for (let size = bytes.length >> 1; size > 0; size >>= 1) {
      for (let at = 0; at < bytes.length; at += size) {
        const rest = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)])
        yield [{ kind: 'bytes', bytes: rest }]
      }
    }
    return
  }
  if (node.kind === 'times') {
    yield node.children
    for (const count of [2, node.count >> 1, node.count - 1]) {
      if (count > 1 && count < node.count) yield [{ ...node, count }]
    }
  } else if (node.claim !== undefined && node.claim === BigInt(bytesOf(node.children).length)) {
    yield [{ ...node, claim: undefined }]
  }
  for (const children of simpler(node.children)) yield [{ ...node, children }]
}
