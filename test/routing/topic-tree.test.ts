import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { topicOf, TopicTree, type TopicNode } from '../../src/routing/topic-tree.js'
import { heldBytes } from '../support/memory.js'
import { holds } from '../support/property.js'
import { latin1, topic } from '../support/topics.js'
import { charactersRead } from '../support/work.js'

type Tree = TopicTree<string>

function set(tree: Tree, text: string, value = text): TopicNode<string> {
  const node = tree.insert(latin1(text))
  tree.set(node, value)
  return node
}

function matches(tree: Tree, subject: string): string[] {
  return [...tree.matches(latin1(subject))]
}

/** Everything below the root; the empty topic is the root itself. */
function nodesBelow(tree: Tree): TopicNode<string>[] {
  const all: TopicNode<string>[] = []
  const open = [tree.insert(latin1(''))]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const child of node.children?.values() ?? []) {
      all.push(child)
      open.push(child)
    }
  }
  return all
}

/** Compressed and whole: no node is there for nothing, and each is where it can be found. */
function expectTidy(tree: Tree): void {
  for (const node of nodesBelow(tree)) {
    const children = node.children?.size ?? 0
    if (node.value === undefined) expect(children).toBeGreaterThan(1)
    expect(node.children?.size).not.toBe(0)
    expect(node.label.length).toBeGreaterThan(0)
    expect(node.parent?.children?.get(node.label.charCodeAt(0))).toBe(node)
  }
}

const step = fc.record({ do: fc.constantFrom('set', 'set', 'remove', 'match'), topic })

describe('a tree of topics', () => {
  it('is a map of strings to whoever sets, finds, removes and matches', () => {
    holds(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const tree: Tree = new TopicTree()
        const model = new Map<string, string>()
        for (const [index, { do: action, topic: text }] of steps.entries()) {
          const found = tree.find(latin1(text))
          expect(found?.value).toBe(model.get(text))
          if (action === 'set') {
            const value = `${String(index)}:${text}`
            set(tree, text, value)
            model.set(text, value)
          } else if (action === 'remove') {
            if (found !== undefined) tree.remove(found)
            model.delete(text)
          } else {
            const expected = [...model].filter(([key]) => text.startsWith(key))
            expected.sort(([a], [b]) => a.length - b.length)
            expect(matches(tree, text)).toEqual(expected.map(([, value]) => value))
            // Asked again, it may come from the cache.
            for (let again = 0; again < 2; again++) {
              expect(matches(tree, text)).toEqual(expected.map(([, value]) => value))
            }
          }
          expect(tree.size).toBe(model.size)
          expectTidy(tree)
        }
      }),
      300,
    )
  })

  it('nodes keep their identity and topic, whatever comes and goes around them', () => {
    holds(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const tree: Tree = new TopicTree()
        const held = new Map<string, TopicNode<string>>()
        for (const { do: action, topic: text } of steps) {
          const node = held.get(text)
          if (action === 'remove' && node !== undefined) {
            tree.remove(node)
            held.delete(text)
          } else if (action === 'set') held.set(text, set(tree, text))
          for (const [key, each] of held) {
            expect(tree.find(latin1(key))).toBe(each)
            expect(latin1(key).equals(topicOf(each))).toBe(true)
          }
        }
      }),
    )
  })

  it('is empty again when all is removed, in any order', () => {
    const topics = fc.uniqueArray(topic, { maxLength: 30 })
    holds(
      fc.property(topics, fc.infiniteStream(fc.nat()), (all, random) => {
        const tree: Tree = new TopicTree()
        const nodes = all.map((text) => set(tree, text))
        while (nodes.length > 0) {
          const at = Number(random.next().value) % nodes.length
          for (const node of nodes.splice(at, 1)) tree.remove(node)
          expectTidy(tree)
        }
        expect([tree.size, nodesBelow(tree)]).toEqual([0, []])
        expect(tree.insert(latin1('')).children).toBeUndefined()
      }),
    )
  })
})

describe('matching', () => {
  it.each([
    { topics: [''], subject: '', seen: [''] },
    { topics: [''], subject: 'anything', seen: [''] },
    { topics: ['a', 'ab', 'abc', 'b'], subject: 'abd', seen: ['a', 'ab'] },
    { topics: ['abc'], subject: 'ab', seen: [] },
    { topics: ['abc'], subject: 'abc', seen: ['abc'] },
    { topics: ['abcde', 'abxyz'], subject: 'abcdx', seen: [] },
    { topics: ['\0', '\0\0', '\xff'], subject: '\0\0\0', seen: ['\0', '\0\0'] },
    { topics: ['é'], subject: 'é!', seen: ['é'] },
  ])('$topics in $subject', ({ topics, subject, seen }) => {
    const tree: Tree = new TopicTree()
    for (const text of topics) set(tree, text)
    expect(matches(tree, subject)).toEqual(seen)
  })

  it('a node that has no value yet is not found', () => {
    const tree: Tree = new TopicTree()
    const node = tree.insert(latin1('abc'))
    expect([tree.find(latin1('abc')), tree.size, matches(tree, 'abc')]).toEqual([undefined, 0, []])
    tree.remove(node)
    expect(nodesBelow(tree)).toEqual([])
  })
})

describe('topics of a hostile size', () => {
  const MIB = 1_048_576

  it('one of a megabyte is one node', () => {
    const tree: Tree = new TopicTree()
    const text = 'x'.repeat(MIB)
    const node = set(tree, text, 'long')
    expect(nodesBelow(tree)).toEqual([node])
    expect(matches(tree, text)).toEqual(['long'])
    expect(matches(tree, text.slice(1))).toEqual([])
    tree.remove(node)
    expect(nodesBelow(tree)).toEqual([])
  })

  it('a short one that comes and goes beside a long one costs what it is long itself', () => {
    const tree: Tree = new TopicTree()
    set(tree, 'x'.repeat(100_000), 'long')
    const count = charactersRead(() => {
      for (let i = 0; i < 10; i++) tree.remove(set(tree, 'xx', 'short'))
    })
    expect(count).toBeLessThan(1000)
    expect(matches(tree, 'x'.repeat(100_000))).toEqual(['long'])
  })

  it('short ones do not keep the memory of long ones that are gone', () => {
    const tree: Tree = new TopicTree()
    const before = heldBytes()
    for (let round = 0; round < 16; round++) {
      const long = Buffer.alloc(MIB, 'x')
      long[0] = round
      const nodes: TopicNode<string>[] = []
      // Each begins the one before, and has half its length.
      for (let length = MIB; length >= 16; length /= 2) {
        const node = tree.insert(long.subarray(0, length))
        tree.set(node, '')
        nodes.push(node)
      }
      for (const node of nodes.slice(0, -1)) tree.remove(node)
    }
    expect(heldBytes() - before).toBeLessThan(4 * MIB)
    expect(tree.size).toBe(16)
  })

  it('ten thousand within each other do not recurse', () => {
    const depth = 10_000
    const tree: Tree = new TopicTree()
    const nodes: TopicNode<string>[] = []
    for (let length = depth; length > 0; length--) nodes.push(set(tree, 'x'.repeat(length), ''))
    expect(matches(tree, 'x'.repeat(depth + 1))).toHaveLength(depth)
    expect(topicOf(nodes[0] as TopicNode<string>)).toHaveLength(depth)
    // From both ends: the upper ones are merged into what is below, the lower ones are cut off.
    for (const node of nodes.splice(0, depth / 2)) tree.remove(node)
    for (const node of nodes.reverse()) tree.remove(node)
    expect(nodesBelow(tree)).toEqual([])
  })
})
