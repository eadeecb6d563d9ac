import { BYTES, LENGTHS, TOKENS } from './dictionary.js'
import {
  bytesOf,
  type Box,
  type Bytes,
  type Facts,
  type Input,
  type Layout,
  type Node,
} from './input.js'
import type { Random } from './random.js'

/** What of a target its mutations have to know. */
export interface Shape {
  /** The values that each fact can have. */
  readonly facts: Readonly<Record<string, readonly string[]>>
  /** What can happen between bytes. */
  readonly actions?: readonly string[]
  /** The layouts that boxes of this target are likely to have. */
  readonly layouts: readonly Layout[]
}

const FAMILIES: readonly (readonly Layout[])[] = [
  ['u8', 'u16', 'u32', 'u64'],
  ['zmtp', 'zmtp-long'],
  ['v1', 'v1-long'],
  ['ws', 'ws16', 'ws64'],
]

/** Mostly a few, sometimes enough to reach a limit that is counted. */
const COUNTS = [2, 2, 2, 3, 3, 4, 8, 17, 64, 256, 1000, 5000]
const MANY = [65_535, 65_536, 65_537]

/** Another input, made of this one and of pieces of another one. */
export class Mutator {
  readonly #random: Random
  readonly #shape: Shape
  /** Where pieces of others come from. */
  readonly #other: () => Input

  constructor(random: Random, shape: Shape, other: () => Input) {
    this.#random = random
    this.#shape = shape
    this.#other = other
  }

  mutate(input: Input): Input {
    let { facts, nodes } = input
    const times = 1 + this.#random.int(this.#random.once(8) ? 12 : 3)
    for (let i = 0; i < times; i++) {
      if (this.#random.once(12)) facts = this.#changeFact(facts)
      else nodes = this.#change(nodes)
    }
    return { target: input.target, facts, nodes }
  }

  #changeFact(facts: Facts): Facts {
    const names = Object.keys(this.#shape.facts)
    if (names.length === 0) return facts
    const name = this.#random.pick(names)
    return { ...facts, [name]: this.#random.pick(this.#shape.facts[name] ?? ['']) }
  }

  /** Goes down to some list of nodes and changes it there. */
  #change(nodes: readonly Node[]): readonly Node[] {
    const index = this.#random.int(nodes.length)
    const node = nodes[index]
    if (node !== undefined && 'children' in node && !this.#random.once(3)) {
      const children = this.#change(node.children)
      return nodes.with(index, { ...node, children })
    }
    return this.#random.once(2) && node !== undefined
      ? nodes.with(index, this.#changeNode(node))
      : this.#changeList(nodes, index)
  }

  #changeList(nodes: readonly Node[], index: number): readonly Node[] {
    const random = this.#random
    const node = nodes[index]
    if (node === undefined) return [this.#fresh()]
    switch (random.int(9)) {
      case 0:
        return nodes.toSpliced(index, 1)
      case 1:
        return nodes.toSpliced(index, 0, node)
      case 2: {
        const there = random.int(nodes.length)
        return nodes.with(index, nodes[there] ?? node).with(there, node)
      }
      case 3:
        return nodes.slice(0, index + 1)
      case 4:
        return nodes.toSpliced(index, 1, ...('children' in node ? node.children : []))
      case 5:
        return nodes.toSpliced(index, 0, this.#piece())
      case 6:
        return nodes.toSpliced(index, 1, this.#piece())
      default:
        return nodes.toSpliced(index + 1, 0, this.#fresh())
    }
  }

  #changeNode(node: Node): Node {
    const random = this.#random
    if (random.once(12)) return { kind: 'times', count: this.#count(), children: [node] }
    if (random.once(16)) {
      return {
        kind: 'box',
        layout: random.pick(this.#shape.layouts),
        head: random.pick(BYTES),
        children: [node],
      }
    }
    switch (node.kind) {
      case 'bytes':
        return { kind: 'bytes', bytes: this.#changeBytes(node.bytes) }
      case 'times':
        return { ...node, count: this.#count() }
      case 'do':
        return this.#action() ?? node
      case 'box':
        // As bytes, whatever its header says can be changed.
        return random.once(12) ? this.#flat(node) : this.#changeBox(node)
    }
  }

  #flat(node: Node): Bytes {
    try {
      return { kind: 'bytes', bytes: bytesOf([node]) }
    } catch {
      return { kind: 'bytes', bytes: new Uint8Array(0) }
    }
  }

  #count(): number {
    return this.#random.once(200) ? this.#random.pick(MANY) : this.#random.pick(COUNTS)
  }

  #changeBox(box: Box): Box {
    const random = this.#random
    const honest = { ...box, claim: undefined }
    switch (random.int(6)) {
      case 0:
        return { ...box, head: box.head ^ (1 << random.int(8)) }
      case 1:
        return { ...box, head: random.pick(BYTES) }
      case 2: {
        const family = FAMILIES.find((layouts) => layouts.includes(box.layout)) ?? [box.layout]
        return { ...box, layout: random.pick(family) }
      }
      case 3:
        return { ...box, claim: random.pick(LENGTHS) }
      case 4: {
        const length = BigInt(this.#flat({ ...honest, layout: 'u8' }).bytes.length - 1)
        return { ...box, claim: BigInt.asUintN(64, length + BigInt(random.int(5) - 2)) }
      }
      default:
        if (!box.layout.startsWith('ws')) return honest
        return { ...honest, key: random.once(2) ? undefined : random.int(0x7fff_ffff) }
    }
  }

  #changeBytes(bytes: Uint8Array): Uint8Array {
    const random = this.#random
    const at = random.int(bytes.length + 1)
    const cut = (length: number, ...middle: Uint8Array[]): Uint8Array =>
      Buffer.concat([bytes.subarray(0, at), ...middle, bytes.subarray(at + length)])
    switch (random.int(9)) {
      case 0:
        return bytes.map((byte, index) => (index === at ? byte ^ (1 << random.int(8)) : byte))
      case 1:
        return bytes.map((byte, index) => (index === at ? random.pick(BYTES) : byte))
      case 2:
        return cut(0, random.pick(TOKENS))
      case 3:
        return random.pick(TOKENS)
      case 4:
        return bytes.subarray(0, at)
      case 5:
        return cut(1 + random.int(8))
      case 6:
        return cut(0, bytes.subarray(at, at + 1 + random.int(16)))
      case 7:
        return cut(random.int(2), random.bytes(1 + random.int(8)))
      default:
        return cut(4, this.#number(random.once(2) ? 4 : 8))
    }
  }

  #number(width: number): Uint8Array {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(this.#random.pick(LENGTHS))
    return bytes.subarray(8 - width)
  }

  /** A node of another input. */
  #piece(): Node {
    let nodes = this.#other().nodes
    for (;;) {
      if (nodes.length === 0) return this.#fresh()
      const node = this.#random.pick(nodes)
      if (!('children' in node) || node.children.length === 0 || this.#random.once(2)) return node
      nodes = node.children
    }
  }

  #action(): Node | undefined {
    const { actions = [] } = this.#shape
    return actions.length === 0 ? undefined : { kind: 'do', what: this.#random.pick(actions) }
  }

  #fresh(): Node {
    const random = this.#random
    const action = random.once(3) ? this.#action() : undefined
    if (action !== undefined) return action
    const leaf: Node = {
      kind: 'bytes',
      bytes: random.once(3) ? random.bytes(1 + random.int(12)) : random.pick(TOKENS),
    }
    if (random.once(3)) return leaf
    return {
      kind: 'box',
      layout: random.pick(this.#shape.layouts),
      head: random.pick(BYTES),
      children: [leaf],
    }
  }
}
