import * as nativeDraft from 'zeromq/draft.js'
import type * as Draft from 'zerowire/draft'
import {
  native as nativeStable,
  ours as oursStable,
  type Classes,
  type SocketName,
} from './implementations.js'

/** All socket types there are. */
export type AnyName = SocketName | keyof typeof nativeDraft | 'Peer' | 'Channel'

/** Types that the reference has by number only. */
function numbered(number: number): unknown {
  const { Socket } = nativeStable as unknown as { Socket: new (...args: unknown[]) => object }
  return class extends Socket {
    constructor(options?: object) {
      super(number, options)
    }
  }
}

export const native: Classes<AnyName> = {
  ...nativeStable,
  ...nativeDraft,
  Peer: numbered(19),
  Channel: numbered(20),
}

/** As with `ours` in implementations.ts, the reference can stand in. */
const loaded: unknown = oursStable === nativeStable ? native : await import('zerowire/draft')

export const ours: Classes<AnyName> = { ...oursStable, ...(loaded as Classes<AnyName>) }

/** The draft types of this library under its own types. */
export const draft = loaded as typeof Draft
