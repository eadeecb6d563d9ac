/*
 * What is fed to a target: a tree, so that what is mutated is a frame, a length or a name rather than
 * whatever byte the dice fall on.
 */

/** How a box puts its length, and whatever else is in its header, before its content. */
export type Layout =
  | 'u8'
  | 'u16'
  | 'u32'
  | 'u64'
  /** A frame of ZMTP 2.0 and 3.x, in the form that its length asks for, or in the long one. */
  | 'zmtp'
  | 'zmtp-long'
  /** A frame of ZMTP 1.0. */
  | 'v1'
  | 'v1-long'
  /** A frame of WebSocket, its length in the shortest form, or in one that is longer than need be. */
  | 'ws'
  | 'ws16'
  | 'ws64'

export interface Box {
  readonly kind: 'box'
  readonly layout: Layout
  /** The flags of a frame, or the first byte of one of WebSocket. */
  readonly head: number
  /** Masks the content, if the layout knows masks. */
  readonly key?: number | undefined
  /** What it says its length is, if that is a lie. */
  readonly claim?: bigint | undefined
  readonly children: readonly Node[]
}

export interface Bytes {
  readonly kind: 'bytes'
  readonly bytes: Uint8Array
}

/** The same again and again. */
export interface Times {
  readonly kind: 'times'
  readonly count: number
  readonly children: readonly Node[]
}

/** Something that happens, between bytes that come: see the target. */
export interface Action {
  readonly kind: 'do'
  readonly what: string
}

export type Node = Box | Bytes | Times | Action

/** Circumstances, such as the socket type: which there are is for the target to say. */
export type Facts = Readonly<Record<string, string>>

export interface Input {
  readonly target: string
  readonly facts: Facts
  readonly nodes: readonly Node[]
}

/** Bytes of the largest input: more than the limits that are counted, such as 65,536 empty parts. */
const LARGEST = 400_000

class TooLarge extends Error {}

/** The bytes of each node; undefined when they are too many. */
export function chunksOf(nodes: readonly Node[]): Buffer[] | undefined {
  try {
    return nodes.map((node) => bytesOf([node]))
  } catch (error) {
    if (error instanceof TooLarge) return undefined
    throw error
  }
}

export type Step = { readonly bytes: Buffer } | { readonly what: string }

/** What comes between one action and the next is one piece. */
export function stepsOf(nodes: readonly Node[]): Step[] {
  const steps: Step[] = []
  let run: Node[] = []
  const end = (): void => {
    const bytes = bytesOf(run)
    if (bytes.length > 0) steps.push({ bytes })
    run = []
  }
  for (const node of nodes) {
    if (node.kind !== 'do') {
      run.push(node)
      continue
    }
    end()
    steps.push({ what: node.what })
  }
  end()
  return steps
}

export function bytesOf(nodes: readonly Node[]): Buffer {
  const chunks: Uint8Array[] = []
  let size = 0
  for (const node of nodes) {
    const bytes = oneOf(node)
    size += bytes.length
    if (size > LARGEST) throw new TooLarge()
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

function oneOf(node: Node): Uint8Array {
  switch (node.kind) {
    case 'bytes':
      return node.bytes
    case 'do':
      return Buffer.alloc(0)
    case 'times': {
      const once = bytesOf(node.children)
      if (once.length * node.count > LARGEST) throw new TooLarge()
      return Buffer.alloc(once.length * node.count, once)
    }
    case 'box':
      return pack(node, bytesOf(node.children))
  }
}

function pack(box: Box, content: Buffer): Buffer {
  const { layout, head, claim } = box
  const length = claim ?? BigInt(content.length)
  switch (layout) {
    case 'u8':
      return Buffer.concat([number(length, 1), content])
    case 'u16':
      return Buffer.concat([number(length, 2), content])
    case 'u32':
      return Buffer.concat([number(length, 4), content])
    case 'u64':
      return Buffer.concat([number(length, 8), content])
    case 'zmtp':
    case 'zmtp-long': {
      const short = layout === 'zmtp' && length < 256n
      const flags = Buffer.of(short ? head & ~2 : head | 2)
      return Buffer.concat([flags, number(length, short ? 1 : 8), content])
    }
    case 'v1':
    case 'v1-long': {
      // It counts the flags.
      const counted = claim ?? length + 1n
      const short = layout === 'v1' && counted < 255n
      const size = short ? number(counted, 1) : Buffer.concat([Buffer.of(255), number(counted, 8)])
      return Buffer.concat([size, Buffer.of(head), content])
    }
    case 'ws':
    case 'ws16':
    case 'ws64':
      return packWebSocket(box, length, content)
  }
}

function packWebSocket({ layout, head, key }: Box, length: bigint, content: Buffer): Buffer {
  const bit = key === undefined ? 0 : 0x80
  let size: Buffer
  if (layout === 'ws' && length < 126n) size = Buffer.of(bit | Number(length))
  else if (layout === 'ws64' || length > 0xffffn) {
    size = Buffer.concat([Buffer.of(bit | 127), number(length, 8)])
  } else size = Buffer.concat([Buffer.of(bit | 126), number(length, 2)])
  if (key === undefined) return Buffer.concat([Buffer.of(head), size, content])
  const mask = number(BigInt(key), 4)
  const masked = content.map((byte, index) => byte ^ (mask[index & 3] ?? 0))
  return Buffer.concat([Buffer.of(head), size, mask, masked])
}

/** Big-endian; what does not fit is cut off. */
function number(value: bigint, width: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value))
  return bytes.subarray(8 - width)
}
