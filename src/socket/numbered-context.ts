import { Context, servicesOf, type ContextOptions } from '../context.js'
import { ZmqError } from '../errors.js'
import { BOOL, checkKind, INT, INT_MAX, type Kind } from '../options.js'
import { checkNumber } from './option-numbers.js'

/*
 * The reference's `get…Option` and `set…Option` of contexts, for programs that use libzmq's numbers
 * instead of the properties.
 */
const NAMES: Readonly<Record<number, keyof ContextOptions>> = {
  1: 'ioThreads',
  2: 'maxSockets',
  3: 'threadPriority',
  4: 'threadSchedulingPolicy',
  5: 'maxMessageSize',
  42: 'ipv6',
  70: 'blocky',
}

/** By this number the priority of threads is set, and what is read is another option. */
const SOCKET_LIMIT = 3

function unknown(id: number, value?: unknown): ZmqError {
  const reason = `no context has option ${String(id)} as ${String(value)}`
  return new ZmqError('EINVAL', { reason })
}

function get(context: Context, option: unknown): number {
  const id = checkNumber(option)
  const name = NAMES[id]
  if (name === undefined) throw unknown(id)
  return id === SOCKET_LIMIT ? context.maxSocketsLimit : Number(servicesOf(context).options[name])
}

/** Flags are set with numbers as well, and numbers with flags. */
function set(context: Context, option: unknown, value: unknown, kind: Kind): void {
  const id = checkNumber(option)
  checkKind(kind, value)
  const name = NAMES[id]
  const number = Math.trunc(Number(value)) || 0
  if (name === undefined || number < 0 || number > INT_MAX) throw unknown(id, value)
  const isFlag = typeof servicesOf(context).options[name] === 'boolean'
  Object.assign(context, { [name]: isFlag ? number > 0 : number })
}

for (const [name, kind] of [
  ['Int32', INT],
  ['Bool', BOOL],
] as const) {
  Object.defineProperties(Context.prototype, {
    [`get${name}Option`]: {
      configurable: true,
      value(this: Context, option: unknown) {
        const number = get(this, option)
        return kind === BOOL ? number !== 0 : number
      },
    },
    [`set${name}Option`]: {
      configurable: true,
      value(this: Context, option: unknown, value: unknown) {
        set(this, option, value, kind)
      },
    },
  })
}
