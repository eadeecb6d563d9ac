import { describe, expectTypeOf, it } from 'vitest'
import type * as native from 'zeromq/v5-compat.js'
import type * as ours from 'zerowire/v5-compat'
import type byDefault from 'zerowire/v5-compat'

/** The names that are declared: anything else is `any` on a socket of either. */
type Declared<T> = keyof {
  [K in keyof T as string extends K ? never : number extends K ? never : K]: K
}

/** A socket with `this` as a name, so that two classes with private parts can be compared. */
type Shape<T> = {
  [K in Exclude<Declared<T>, '_recv' | '_send'>]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => T extends R ? 'this' : R
    : T[K]
}

/** All of a module but what is compared by itself. */
type Rest<M> = Omit<M, 'Socket' | 'createSocket' | 'socket' | 'proxy' | 'default' | 'version'>

describe('the types of zerowire/v5-compat', () => {
  it('are those of the reference where a program could tell', () => {
    expectTypeOf<Shape<ours.Socket>>().toExtend<Shape<native.Socket>>()
    expectTypeOf<Shape<native.Socket>>().toExtend<Shape<ours.Socket>>()
    expectTypeOf<Rest<typeof ours>>().toExtend<Rest<typeof native>>()
    expectTypeOf<Rest<typeof native>>().toExtend<Rest<typeof ours>>()
    expectTypeOf<ours.SocketType>().toEqualTypeOf<native.SocketType>()
    expectTypeOf<typeof ours.version>().toEqualTypeOf<typeof native.version>()
  })

  it('let functions take the same arguments', () => {
    type Create<M extends typeof native | typeof ours> = Parameters<M['createSocket']>
    expectTypeOf<Create<typeof ours>>().toExtend<Create<typeof native>>()
    expectTypeOf<Create<typeof native>>().toExtend<Create<typeof ours>>()
    expectTypeOf<typeof ours.socket>().toEqualTypeOf<typeof ours.createSocket>()
    expectTypeOf<typeof ours.createSocket>().returns.toEqualTypeOf<ours.Socket>()
    expectTypeOf<Parameters<typeof ours.proxy>>().toEqualTypeOf<
      [frontend: ours.Socket, backend: ours.Socket, capture?: ours.Socket | undefined]
    >()
  })

  it('let programs keep things of their own on a socket', () => {
    expectTypeOf<ours.Socket['identity']>().toBeAny()
    expectTypeOf<ours.Socket['whatever']>().toBeAny()
  })

  it('are those of the default import as well', () => {
    expectTypeOf<byDefault.Socket>().toEqualTypeOf<ours.Socket>()
    expectTypeOf<typeof byDefault.socket>().toEqualTypeOf<typeof ours.socket>()
  })
})
