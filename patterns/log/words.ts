import { join, pack } from './bytes.js'

/** What clients ask for: the second frame of a request. */
export const VERB = {
  append: 'APPEND',
  fetch: 'FETCH',
  beat: 'BEAT',
  commit: 'COMMIT',
  leave: 'LEAVE',
} as const

/** How it went: the first three digits of the second frame of a reply. */
export const STATUS = {
  ok: '200',
  /** It will never be done. */
  refused: '400',
  /** The partition belongs to another member of the group. */
  foreign: '403',
  /** Something that comes before it is missing: ask again. */
  early: '409',
  /** Too much to do: ask again. */
  busy: '503',
} as const

/** A producer has at most so many appends that are not answered: what the server remembers of each. */
export const MOST_IN_FLIGHT = 1024

/** No offset. */
export const NONE: number = 2 ** 48 - 1

const encoder = new TextEncoder()

/** The first frame of what is published of a partition: its name, a zero, its number. */
export function tailTopic(topic: string, partition: number): Uint8Array {
  return join([encoder.encode(`${topic}\0`), pack([2], [partition])])
}

/** Whether topics, groups and members may be called that. */
export function isName(name: string): boolean {
  return /^[\w.:-]{1,128}$/.test(name)
}

/** @throws RangeError when it is none. */
export function checkName(what: string, name: string): string {
  if (isName(name)) return name
  throw new RangeError(`${what} has 1 to 128 letters, digits or any of _.:-, not "${name}"`)
}
