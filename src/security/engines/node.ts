import type { Engine } from '../box.js'
import { loadLibsodium } from './libsodium.js'
import { loadSodiumNative } from './sodium-native.js'

let engine: Promise<Engine> | undefined

/** The fastest engine there is in Node. */
export function loadEngine(): Promise<Engine> {
  return (engine ??= load().catch((error: unknown) => {
    // A process that is out of descriptors, say, may try again.
    engine = undefined
    throw error
  }))
}

async function load(): Promise<Engine> {
  const libsodium = await loadLibsodium()
  return (await loadSodiumNative(libsodium)) ?? libsodium
}
