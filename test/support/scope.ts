import { make, type AnySocket, type Classes, type Options } from './implementations.js'
import { track } from './track.js'

export { track }

/** A tracked socket of the named type. */
export function open<N extends string>(library: Classes<N>, name: N, options?: Options): AnySocket {
  return track(make(library, name, options))
}
