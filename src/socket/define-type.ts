import { ZmqError } from '../errors.js'
import type { PatternFactory } from './pattern.js'
import { socketType, type SocketType, type StableTypeName } from './socket-type.js'

/** What makes the sockets of a type what they are. */
interface Definition {
  readonly type: SocketType
  readonly pattern: PatternFactory
}

const definitions = new Map<unknown, Definition>()

/** Makes a type known. @returns its number, by which sockets are made: ours, and those of users' own classes. */
export function defineType(type: StableTypeName | SocketType, pattern: PatternFactory): number {
  const facts = typeof type === 'string' ? socketType(type) : type
  definitions.set(facts.number, { type: facts, pattern })
  return facts.number
}

/** @throws TypeError when it is no number, ZmqError `EINVAL` when no type has it. */
export function definitionOf(number: unknown): Definition {
  const definition = definitions.get(number)
  if (definition !== undefined) return definition
  if (typeof number !== 'number') throw new TypeError('Socket type must be a number')
  throw new ZmqError('EINVAL', { reason: `no socket type has the number ${String(number)}` })
}
