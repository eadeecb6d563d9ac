import { version as libraryVersion } from '../context.js'
import { curveKeyPair } from '../curve-key-pair.js'
import type { SocketType } from './socket-types.js'
import { Socket } from './socket.js'

export * from './constants.js'
export { Context } from './context.js'
export { options, type OptionValue, type ShortOption } from './options.js'
export { proxy } from './proxy.js'
export { Socket, type Callback } from './socket.js'
export type { SocketType } from './socket-types.js'

/** The libzmq whose behaviour this library has. */
export const version: string = libraryVersion

/**
 * A new socket.
 *
 * @param settings options by their short names, and whatever else the socket is to have.
 * @throws as `new Socket()` and the options do.
 */
export function createSocket(type: SocketType, settings: Record<string, unknown> = {}): Socket {
  const socket = new Socket(type)
  try {
    return Object.assign(socket, settings)
  } catch (error) {
    socket.close()
    throw error
  }
}

export { createSocket as socket }

/** Keys of one end for CURVE, each as 40 characters of Z85 (RFC 32). */
export interface Keypair {
  /** For everybody to know. */
  public: string
  /** For nobody else to know. */
  secret: string
}

/** A new random pair of keys for CURVE (RFC 26). */
export function curveKeypair(): Keypair {
  const { publicKey, secretKey } = curveKeyPair()
  return { public: publicKey, secret: secretKey }
}
