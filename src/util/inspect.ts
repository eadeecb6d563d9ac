const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/** Has `console.log()` of Node show what is not enumerable too. */
export function showAll(target: object, all: object): void {
  Object.defineProperty(target, INSPECT, { value: () => ({ ...all }), enumerable: false })
}
