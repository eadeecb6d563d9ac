import {
  make,
  type AnySocket,
  type Implementation,
  type Options,
  type SocketName,
} from './implementations.js'
import { track } from './track.js'

export { track }

/** A tracked socket of the named type. */
export function open(library: Implementation, name: SocketName, options?: Options): AnySocket {
  return track(make(library, name, options))
}
