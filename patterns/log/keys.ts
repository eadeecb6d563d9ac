import { join, pack } from './bytes.js'

/*
 * Where everything is in the store. The first letter tells what it is; names end with a zero, so that
 * none begins with another; numbers have the most significant byte first, so that they are in order.
 */

const encoder = new TextEncoder()

function key(kind: string, names: string[], ...numbers: Uint8Array[]): Uint8Array {
  return join([encoder.encode([kind, ...names.map((name) => `${name}\0`)].join('')), ...numbers])
}

/** How many partitions the topic has. */
export function topicKey(topic: string): Uint8Array {
  return key('t', [topic])
}

export function recordKey(topic: string, partition: number, offset: number): Uint8Array {
  return key('r', [topic], pack([2, 8], [partition, offset]))
}

/** What is known of the records of a closed segment that begins with this one. */
export function segmentKey(topic: string, partition: number, first: number): Uint8Array {
  return key('s', [topic], pack([2, 8], [partition, first]))
}

/** The first offset that has not been removed. */
export function startKey(topic: string, partition: number): Uint8Array {
  return key('b', [topic], pack([2], [partition]))
}

/** What the group has done with the partition. */
export function commitKey(topic: string, group: string, partition: number): Uint8Array {
  return key('c', [topic, group], pack([2], [partition]))
}

/** The last appends of a producer. */
export function producerKey(producer: Uint8Array): Uint8Array {
  return key('p', [], producer)
}

/** All keys of one kind, of one topic if one is given: from the first, to before the second. */
export function keysOf(kind: 'c' | 'p', topic?: string): [Uint8Array, Uint8Array] {
  const from = key(kind, topic === undefined ? [] : [topic])
  const to = from.slice()
  // The last byte is a letter or a zero.
  to[to.length - 1] = (to[to.length - 1] ?? 0) + 1
  return [from, to]
}
