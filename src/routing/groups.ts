import { ZmqError, protocolError } from '../errors.js'
import { copyOf, fromText, toLatin1 } from '../util/bytes.js'
import type { Pipe } from './pipe.js'

/** The longest name of a group, in bytes (RFC 48). */
const LONGEST_GROUP = 255

/** Which peers have joined which groups (RFC 48): names match whole. */
export class Groups {
  readonly #members = new Map<string, Set<Pipe>>()
  readonly #joined = new Map<Pipe, Set<string>>()

  /** @throws ZmqError `EPROTO` when the name is too long, or the peer is in `most` groups already. */
  join(pipe: Pipe, group: Uint8Array, most: number): void {
    if (group.length > LONGEST_GROUP) {
      throw protocolError(`a group whose name has ${String(group.length)} bytes, not up to 255`)
    }
    const name = toLatin1(group)
    const joined = this.#joined.get(pipe) ?? new Set()
    if (joined.has(name)) return
    if (joined.size >= most) throw protocolError(`one peer in more than ${String(most)} groups`)
    this.#joined.set(pipe, joined.add(name))
    const members = this.#members.get(name)
    if (members === undefined) this.#members.set(name, new Set([pipe]))
    else members.add(pipe)
  }

  leave(pipe: Pipe, group: Uint8Array): void {
    const name = toLatin1(group)
    if (this.#joined.get(pipe)?.delete(name) === true) this.#release(pipe, name)
  }

  /** Takes a peer out of all its groups. */
  forget(pipe: Pipe): void {
    for (const name of this.#joined.get(pipe) ?? []) this.#release(pipe, name)
    this.#joined.delete(pipe)
  }

  /** Those who have joined. */
  membersOf(group: Uint8Array): Iterable<Pipe> {
    return this.#members.get(toLatin1(group)) ?? []
  }

  #release(pipe: Pipe, name: string): void {
    const members = this.#members.get(name)
    members?.delete(pipe)
    if (members?.size === 0) this.#members.delete(name)
  }
}

/** Whether a peer may use it as the name of a group. */
export function isGroup(name: Uint8Array): boolean {
  return name.length <= LONGEST_GROUP
}

/**
 * The name of a group as callers give it; as in the reference it ends before a zero byte.
 * @throws TypeError in the reference's words, ZmqError `EINVAL` when it is too long.
 */
export function toGroup(value: unknown): Uint8Array {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    throw new TypeError('Value must be a string or buffer')
  }
  // Ours to keep: the caller may go on using its own.
  const bytes = typeof value === 'string' ? fromText(value) : copyOf(value)
  const end = bytes.indexOf(0)
  const name = end < 0 ? bytes : bytes.subarray(0, end)
  if (isGroup(name)) return name
  const reason = `the name of a group has up to 255 bytes, not ${String(name.length)}`
  throw new ZmqError('EINVAL', { reason })
}
