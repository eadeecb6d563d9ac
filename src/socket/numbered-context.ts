import { Context } from '../context.js'
import { ZmqError } from '../errors.js'

/*
 * What only programs of the reference use of a context: its options by libzmq's numbers, for
 * subclasses, and those of I/O threads, which there are none of here.
 */
type Property =
  'ioThreads' | 'maxSockets' | 'maxSocketsLimit' | 'maxMessageSize' | 'ipv6' | 'blocky'

const NUMBERS: Readonly<Record<number, Property>> = {
  1: 'ioThreads',
  2: 'maxSockets',
  3: 'maxSocketsLimit',
  5: 'maxMessageSize',
  42: 'ipv6',
  70: 'blocky',
}

/** Those that are written under a number, though they have no effect. */
const WRITABLE: Readonly<Record<number, string>> = {
  3: 'threadPriority',
  4: 'threadSchedulingPolicy',
}

function propertyOf(number: unknown, names: Readonly<Record<number, string>>): string {
  if (typeof number !== 'number') throw new TypeError('Identifier must be a number')
  const property = names[number]
  if (property !== undefined) return property
  throw new ZmqError('EINVAL', { reason: `a context has no option ${String(number)}` })
}

function check(value: unknown, type: 'boolean' | 'number'): asserts value is boolean | number {
  if (typeof value !== type) throw new TypeError(`Option value must be a ${type}`)
}

function get(context: Context, number: unknown): boolean | number {
  return Reflect.get(context, propertyOf(number, NUMBERS)) as boolean | number
}

/** libzmq keeps booleans as numbers: either can be set as the other. */
function set(context: Context, number: unknown, value: boolean | number): void {
  const property = propertyOf(number, { ...NUMBERS, ...WRITABLE })
  const kept = Reflect.get(context, property) as unknown
  Reflect.set(context, property, typeof kept === 'boolean' ? Boolean(value) : Number(value))
}

const methods: Record<string, (this: Context, number: unknown, value: unknown) => unknown> = {
  getBoolOption(number) {
    return Boolean(get(this, number))
  },
  getInt32Option(number) {
    return Number(get(this, number))
  },
  setBoolOption(number, value) {
    check(value, 'boolean')
    set(this, number, value)
  },
  setInt32Option(number, value) {
    check(value, 'number')
    set(this, number, value)
  },
}

for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(Context.prototype, name, { configurable: true, value })
}

for (const name of Object.values(WRITABLE)) {
  Object.defineProperty(Context.prototype, name, {
    configurable: true,
    get: () => undefined,
    set(value: unknown) {
      check(value, 'number')
      if (Number(value) >= 0) return
      throw new ZmqError('EINVAL', { reason: `option ${name} is 0 or more, not ${String(value)}` })
    },
  })
}
