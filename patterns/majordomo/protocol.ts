import type { MessageLike } from 'zerowire'

/** A request or a reply, as programs give it. An empty array is one empty frame. */
export type Body = MessageLike | MessageLike[]

/** 0.1 is RFC 7; 0.2 is RFC 18: replies in parts, and no empty frame in front of every message. */
export type Version = '0.1' | '0.2'

/** What passes between workers and the broker, and in 0.2 between clients and the broker too. */
export type Command = 'ready' | 'request' | 'partial' | 'final' | 'heartbeat' | 'disconnect'

/** What one side says in one version. */
export interface Dialect {
  readonly version: Version
  readonly role: 'client' | 'worker'
  /** The frames before the command. */
  readonly head: readonly Uint8Array[]
  /** The frame that says which version and role this is, the last of the head. */
  readonly header: Uint8Array
  /** By number. Clients of 0.1 have no commands: what they send is a request, what they get is final. */
  readonly commands: readonly (Command | undefined)[]
  /** The frames of the commands. */
  readonly frames: ReadonlyMap<Command, Uint8Array>
}

export const EMPTY: Uint8Array = new Uint8Array(0)

function dialect(version: Version, role: Dialect['role'], ...commands: Command[]): Dialect {
  const text = `MDP${role === 'client' ? 'C' : 'W'}${version.replace('.', '')}`
  const header = new TextEncoder().encode(text)
  return {
    ...{ version, role, header },
    head: version === '0.1' ? [EMPTY, header] : [header],
    commands: [undefined, ...commands],
    frames: new Map(commands.map((command, i) => [command, Uint8Array.of(i + 1)])),
  }
}

const START = ['ready', 'request'] as const
const END = ['final', 'heartbeat', 'disconnect'] as const

export const CLIENT: Readonly<Record<Version, Dialect>> = {
  '0.1': dialect('0.1', 'client'),
  '0.2': dialect('0.2', 'client', 'request', 'partial', 'final'),
}

export const WORKER: Readonly<Record<Version, Dialect>> = {
  '0.1': dialect('0.1', 'worker', ...START, ...END),
  '0.2': dialect('0.2', 'worker', ...START, 'partial', ...END),
}

/** In which dialect a message is, whose head is expected at frame `at`; undefined for none. */
export function dialectOf(message: readonly Uint8Array[], at: number): Dialect | undefined {
  const version = message[at]?.length === 0 ? '0.1' : '0.2'
  const header = message[version === '0.1' ? at + 1 : at]
  if (header === undefined) return undefined
  if (isSame(header, CLIENT[version].header)) return CLIENT[version]
  return isSame(header, WORKER[version].header) ? WORKER[version] : undefined
}

/** @throws RangeError when there is no such version. */
export function dialectFor(
  dialects: Readonly<Record<Version, Dialect>>,
  version: Version = '0.2',
): Dialect {
  if (Object.hasOwn(dialects, version)) return dialects[version]
  throw new RangeError(`version is '0.1' or '0.2', not ${version}`)
}

/** The longest name of a service, in bytes. */
export const LONGEST_NAME = 255

/** Services of the broker itself begin like this (RFC 8). */
export const MANAGEMENT = 'mmi.'

/** @throws RangeError when no service can be called that. */
export function checkService(name: string): string {
  // A character has three bytes at most, two halves of one have four.
  if (name.length > 0 && name.length * 3 <= LONGEST_NAME) return name
  const { length } = new TextEncoder().encode(name)
  if (length > 0 && length <= LONGEST_NAME) return name
  throw new RangeError(`the name of a service has 1 to ${LONGEST_NAME} bytes, not ${length}`)
}

/** The command that a frame stands for. */
export function commandOf(dialect: Dialect, frame: Uint8Array | undefined): Command | undefined {
  return frame?.length === 1 ? dialect.commands[frame[0] as number] : undefined
}

/** The frames of a message up to what is said with the command. */
export function begin({ head, frames }: Dialect, command: Command): Uint8Array[] {
  const frame = frames.get(command)
  return frame === undefined ? [...head] : [...head, frame]
}

/** What a program gives as a request or a reply, as frames: one at least, as the RFCs have it. */
export function toFrames(body: Body): MessageLike[] {
  if (!Array.isArray(body)) return [body]
  return body.length === 0 ? [EMPTY] : body
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
