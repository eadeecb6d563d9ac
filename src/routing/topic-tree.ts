import { toLatin1 } from '../util/bytes.js'
import { MatchCache } from './match-cache.js'

/** With fewer topics than this a walk is as fast as a look into the cache. */
const WORTH_CACHING = 8

/** A topic and what is known of it: an inner or a last node of the tree. */
export interface TopicNode<V> {
  /** Bytes below the parent, one character each: strings are the leanest memory there is for them. */
  label: string
  parent: TopicNode<V> | undefined
  children: Map<number, TopicNode<V>> | undefined
  value: V | undefined
}

/**
 * Values by topic in a compressed prefix tree. Finding all prefixes of a topic costs the length of
 * the topic, however many there are; nothing here recurses, whatever a peer subscribes to.
 */
export class TopicTree<V> {
  readonly #root: TopicNode<V> = {
    label: '',
    parent: undefined,
    children: undefined,
    value: undefined,
  }
  #size = 0
  #cache: MatchCache<readonly V[]> | undefined

  /** How many topics have a value. */
  get size(): number {
    return this.#size
  }

  /** The node of a topic, made if it is not there. A node without a value must be given one or removed. */
  insert(topic: Uint8Array): TopicNode<V> {
    const text = toLatin1(topic)
    let node = this.#root
    let at = 0
    while (at < text.length) {
      const child = node.children?.get(text.charCodeAt(at))
      if (child === undefined) return attach(node, owned(text, at, text.length))
      const shared = sharedLength(child.label, text, at)
      node = shared === child.label.length ? child : split(child, shared)
      at += shared
    }
    return node
  }

  find(topic: Uint8Array): TopicNode<V> | undefined {
    let node: TopicNode<V> | undefined = this.#root
    for (let at = 0; node !== undefined && at < topic.length; at += node?.label.length ?? 0) {
      node = childAt(node, topic, at)
    }
    return node?.value === undefined ? undefined : node
  }

  set(node: TopicNode<V>, value: V): void {
    this.#cache?.clear()
    if (node.value === undefined) this.#size++
    node.value = value
  }

  /** Takes the value away, and with it the nodes that served only it. */
  remove(node: TopicNode<V>): void {
    this.#cache?.clear()
    if (node.value !== undefined) this.#size--
    node.value = undefined
    let current: TopicNode<V> = node
    while (current.value === undefined && current.parent !== undefined) {
      const { parent, children } = current
      if (children !== undefined && children.size > 1) return
      const [child] = children?.values() ?? []
      if (child !== undefined) {
        // The child takes the place of both: it keeps its identity, others may hold it.
        child.label = current.label + child.label
        child.parent = parent
        parent.children?.set(child.label.charCodeAt(0), child)
        return
      }
      parent.children?.delete(current.label.charCodeAt(0))
      if (parent.children?.size === 0) parent.children = undefined
      current = parent
    }
  }

  /** The values of all topics that `subject` begins with, shortest first. */
  matches(subject: Uint8Array): readonly V[] {
    if (this.#size < WORTH_CACHING) return this.#walk(subject)
    this.#cache ??= new MatchCache()
    return this.#cache.get(subject, this.#walk)
  }

  readonly #walk = (subject: Uint8Array): V[] => {
    const values: V[] = []
    let node: TopicNode<V> | undefined = this.#root
    for (let at = 0; node !== undefined; at += node?.label.length ?? 0) {
      if (node.value !== undefined) values.push(node.value)
      node = childAt(node, subject, at)
    }
    return values
  }
}

/** The child whose whole label stands at `at` in `subject`. */
function childAt<V>(node: TopicNode<V>, subject: Uint8Array, at: number): TopicNode<V> | undefined {
  const child = at < subject.length ? node.children?.get(subject[at] as number) : undefined
  if (child === undefined) return undefined
  const { label } = child
  if (at + label.length > subject.length) return undefined
  for (let i = 1; i < label.length; i++) {
    if (label.charCodeAt(i) !== subject[at + i]) return undefined
  }
  return child
}

/** The topic that a node stands for. */
export function topicOf<V>(node: TopicNode<V>): Uint8Array {
  let text = ''
  for (let at: TopicNode<V> | undefined = node; at !== undefined; at = at.parent)
    text = at.label + text
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

function attach<V>(parent: TopicNode<V>, label: string): TopicNode<V> {
  const node: TopicNode<V> = { label, parent, children: undefined, value: undefined }
  parent.children ??= new Map()
  parent.children.set(label.charCodeAt(0), node)
  return node
}

/** Puts a node between `node` and its parent, for the first `length` bytes of its label. */
function split<V>(node: TopicNode<V>, length: number): TopicNode<V> {
  const { parent, label } = node
  if (parent === undefined) return node
  // What a prefix was cut from may go; what a suffix was cut from is charged to its topic.
  const upper = attach(parent, copied(label.slice(0, length)))
  node.label = owned(label, length, label.length)
  node.parent = upper
  upper.children = new Map([[node.label.charCodeAt(0), node]])
  return upper
}

function sharedLength(label: string, text: string, at: number): number {
  const most = Math.min(label.length, text.length - at)
  let length = 1
  while (length < most && label.charCodeAt(length) === text.charCodeAt(at + length)) length++
  return length
}

/**
 * A part of a text. A slice keeps the whole text in memory, so one that is much shorter gets memory
 * of its own: a peer could otherwise make short topics cost what long ones did.
 */
function owned(text: string, start: number, end: number): string {
  const part = text.slice(start, end)
  return part.length * 2 >= text.length ? part : copied(part)
}

function copied(part: string): string {
  const codes = new Uint8Array(part.length)
  for (let i = 0; i < codes.length; i++) codes[i] = part.charCodeAt(i)
  return toLatin1(codes)
}
